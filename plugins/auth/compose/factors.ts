import { type BreachList, breachList } from '../accounts/breach-list.ts';
import { type PasswordPolicy, passwordPolicy } from '../accounts/password-policy.ts';
import { trustAttestationRoots } from '../factors/attestation-roots.ts';
import { type FactorStore, factorStore } from '../factors/factor-store.ts';
import { normalizeCode } from '../factors/random-code.ts';
import { type Passkeys, passkeys } from '../factors/passkeys.ts';
import { type RecoveryCodes, recoveryCodes } from '../factors/recovery-codes.ts';
import { type SecondFactors, secondFactors } from '../factors/second-factor.ts';
import { type PasswordCheck, passwordCheck } from '../sign-in/password-check.ts';
import type { AuthCore } from './core.ts';

/** What sign-in, account security and recovery share. */
export interface FactorParts {
  readonly factors: FactorStore;
  readonly passkeys: Passkeys;
  readonly secondFactors: SecondFactors;
  readonly codes: RecoveryCodes;
  readonly policy: PasswordPolicy;
  readonly checkPassword: PasswordCheck;
  /** Digest of a lock code of an account. */
  readonly lockDigest: (accountId: string, code: string) => Buffer;
}

/** @throws FhirError `AUTH_BREACH_LIST`, `AUTH_ATTESTATION_ROOTS`, `AUTH_BUSY` */
export async function composeFactors(core: AuthCore): Promise<FactorParts> {
  const { box, database, digest, hasher, host, totp } = core;
  const { clock, config, log, origin } = host;
  const { security } = config;
  if (security.staffPasskeys !== undefined) {
    await trustAttestationRoots(security.staffPasskeys.attestationRootsFile);
  }
  const leaked: BreachList | undefined =
    security.breachListFolder === undefined
      ? undefined
      : await breachList(security.breachListFolder);
  const lookup = digest('passkey');
  const factors = factorStore(database, box, (credentialId) => lookup(credentialId), clock);
  const keys = passkeys({ origin, staffAaguids: security.staffPasskeys?.aaguids ?? [], log });
  const lockCode = digest('lock-code');
  return {
    factors,
    passkeys: keys,
    secondFactors: secondFactors({ factors, totp, passkeys: keys }),
    codes: recoveryCodes(database, factors, digest('recovery-code'), clock),
    policy: passwordPolicy({
      minLength: {
        patient: config.password.minLength,
        staff: Math.max(config.password.minLength, security.staffPasswordLength),
        admin: Math.max(config.password.minLength, security.adminPasswordLength),
      },
      leaked,
    }),
    checkPassword: await passwordCheck(hasher),
    lockDigest: (accountId, code) => lockCode(accountId, normalizeCode(code)),
  };
}
