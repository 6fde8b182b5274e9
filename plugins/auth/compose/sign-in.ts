import type { PasswordPolicy } from '../accounts/password-policy.ts';
import { type Registration, registration } from '../accounts/registration.ts';
import { registrationDrafts } from '../accounts/registration-draft.ts';
import { INTERACTION_TTL } from '../oidc/lifetimes.ts';
import { attemptStore } from '../sign-in/attempt-store.ts';
import { rehashing } from '../sign-in/rehash.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { signInService } from '../sign-in/sign-in-service.ts';
import type { SignInState } from '../sign-in/sign-in-state.ts';
import type { AuthCore } from './core.ts';
import { composeFactors } from './factors.ts';
import { composeSecurity, type SecurityServices } from './security.ts';

/** Sign-in, registration, and what protects accounts. */
export interface SignInServices extends SecurityServices {
  readonly signIn: SignIn;
  readonly registration: Registration;
  readonly policy: PasswordPolicy;
}

/** @throws FhirError `AUTH_BREACH_LIST`, `AUTH_ATTESTATION_ROOTS` */
export async function composeSignIn(core: AuthCore): Promise<SignInServices> {
  const { accounts, audit, box, database, hasher, host, identities, limits, totp } = core;
  const { clock, config, log, repository } = host;
  const shared = await composeFactors(core);
  const security = composeSecurity(core, shared);
  const { rehash, settled } = rehashing({ accounts, hasher, log });
  host.onClose(settled);
  const base = { ...shared, database, accounts, hasher, totp, repository, audit, clock, box };
  return {
    ...security,
    policy: shared.policy,
    signIn: signInService({
      ...base,
      attempts: attemptStore<SignInState>(database, box, clock, 'sign-in'),
      rehash,
      throttle: limits,
      mark: (password) => core.digest('password mark')(password).toString('hex', 0, 2),
      lowerAssurance: security.lowerAssurance,
      identities: (accountId) => identities.of(accountId),
      settle: security.settle,
    }),
    registration: registration({
      ...base,
      drafts: registrationDrafts({
        ...base,
        totpAlgorithm: config.totpAlgorithm,
        draftTtl: INTERACTION_TTL,
      }),
    }),
  };
}
