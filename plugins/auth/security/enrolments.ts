import { randomBytes } from 'node:crypto';
import type { IdentityClass } from '../../../src/plugin/sdk.ts';
import type { TotpAlgorithm, TotpFactor } from '../accounts/totp.ts';
import { authError } from '../errors.ts';
import type { FactorStore, NewFactor } from '../factors/factor-store.ts';
import type { Passkeys } from '../factors/passkeys.ts';
import type { AttemptStore } from '../sign-in/attempt-store.ts';
import type { TotpEnrolment } from './account-security.ts';

/** What is kept of a factor that is being set up, sealed. */
export type EnrolmentState =
  | { readonly accountId: string; readonly kind: 'totp'; readonly secret: string }
  | {
      readonly accountId: string;
      readonly kind: 'passkey';
      readonly challenge: string;
      readonly userHandle: string;
      readonly identityClass: IdentityClass;
    };

/** Factors that are being set up: what was handed out, and the proof that it arrived. */
export interface Enrolments {
  beginTotp(accountId: string): Promise<TotpEnrolment>;
  /** The factor, once its app shows the right code; a wrong one may be corrected. @throws FhirError `AUTH_SESSION_GONE` */
  totp(accountId: string, enrolment: string, code: string): Promise<NewFactor | undefined>;
  beginPasskey(
    accountId: string,
    identityClass: IdentityClass,
  ): Promise<{ readonly enrolment: string; readonly options: Readonly<Record<string, unknown>> }>;
  /** The factor, where the response holds; the enrolment is used up either way. @throws FhirError `AUTH_SESSION_GONE` */
  passkey(accountId: string, enrolment: string, response: unknown): Promise<NewFactor | undefined>;
}

export interface EnrolmentParts {
  readonly attempts: AttemptStore<EnrolmentState>;
  readonly factors: FactorStore;
  readonly totp: TotpFactor;
  readonly totpAlgorithm: TotpAlgorithm;
  readonly passkeys: Passkeys;
}

/** Enrolments as attempts of their own kind: ten minutes, any node. */
export function enrolments(parts: EnrolmentParts): Enrolments {
  const { attempts, totp, totpAlgorithm, passkeys } = parts;
  return {
    async beginTotp(accountId) {
      const secret = totp.newSecret();
      return {
        enrolment: await attempts.create({ accountId, kind: 'totp', secret }),
        secret,
        algorithm: totpAlgorithm,
        uri: totp.uri(secret, totpAlgorithm, 'Account'),
      };
    },
    async totp(accountId, enrolment, code) {
      const kept = await attempts.read(enrolment);
      if (kept?.state.kind !== 'totp' || kept.state.accountId !== accountId) {
        throw authError('AUTH_SESSION_GONE');
      }
      const { secret } = kept.state;
      const counter = totp.match(secret, totpAlgorithm, code);
      if (counter === undefined) return undefined;
      if ((await attempts.take(enrolment)) === undefined) throw authError('AUTH_SESSION_GONE');
      return { kind: 'totp', secret, counter, detail: { algorithm: totpAlgorithm } };
    },
    async beginPasskey(accountId, identityClass) {
      const challenge = randomBytes(32).toString('base64url');
      const userHandle = randomBytes(32).toString('base64url');
      const state = { accountId, kind: 'passkey', challenge, userHandle, identityClass } as const;
      const present = await parts.factors.list(accountId);
      return {
        enrolment: await attempts.create(state),
        options: await passkeys.creationOptions(state, identityClass, present),
      };
    },
    async passkey(accountId, enrolment, response) {
      const state = await attempts.take(enrolment);
      if (state?.kind !== 'passkey' || state.accountId !== accountId) {
        throw authError('AUTH_SESSION_GONE');
      }
      return passkeys.created(response, state, state.identityClass);
    },
  };
}
