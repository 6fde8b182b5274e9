import { recoveryChanges } from '../recovery/recovery-changes.ts';
import type { Recovery } from '../recovery/recovery.ts';
import { type RecoveryState, recoveryService } from '../recovery/recovery-service.ts';
import { supportCodes } from '../recovery/support-codes.ts';
import type { SupportDesk } from '../recovery/support-desk.ts';
import { supportDesk } from '../recovery/support-desk-service.ts';
import type { AccountLock } from '../security/account-lock.ts';
import { accountLock } from '../security/account-lock-service.ts';
import type { AccountSecurity } from '../security/account-security.ts';
import { accountSecurity } from '../security/account-security-service.ts';
import { CONSENTED_ACR } from '../security/assurance.ts';
import { changeStore } from '../security/change-store.ts';
import { type EnrolmentState, enrolments } from '../security/enrolments.ts';
import { factorChanges } from '../security/factor-changes.ts';
import { type LowerAssurance, lowerAssurance } from '../security/lower-assurance.ts';
import { settleChanges } from '../security/settle-changes.ts';
import { attemptStore } from '../sign-in/attempt-store.ts';
import type { AuthCore } from './core.ts';
import type { FactorParts } from './factors.ts';

/** What owners and the support desk do with accounts. */
export interface SecurityServices {
  readonly security: AccountSecurity;
  readonly lock: AccountLock;
  readonly recovery: Recovery;
  readonly desk: SupportDesk;
  readonly lowerAssurance: LowerAssurance;
  /** Brings announced changes of one account into force. */
  readonly settle: (accountId: string) => Promise<number>;
}

/** Composes account security, lock, recovery and support desk. */
export function composeSecurity(core: AuthCore, shared: FactorParts): SecurityServices {
  const { accounts, audit, box, database, digest, host, identities, limits, logins, totp } = core;
  const { clock, config } = host;
  const delay = config.security.changeDelayHours * 3600;
  const changes = changeStore(database, box, clock);
  const base = { ...shared, database, accounts, changes, logins, throttle: limits, audit, clock };
  const enrolled = enrolments({
    ...base,
    attempts: attemptStore<EnrolmentState>(database, box, clock, 'enrolment'),
    totp,
    totpAlgorithm: config.totpAlgorithm,
  });
  const recoveries = attemptStore<RecoveryState>(database, box, clock, 'recovery');
  const desk = supportCodes(database, digest('support-code'), clock);
  return {
    security: accountSecurity({
      ...base,
      hasher: core.hasher,
      enrolments: enrolled,
      factorChanges: factorChanges({ ...base, delay }),
    }),
    lock: accountLock(base),
    recovery: recoveryService({
      ...base,
      hasher: core.hasher,
      attempts: recoveries,
      enrolments: enrolled,
      supportCodes: desk,
      recoveryChanges: recoveryChanges({ ...base, attempts: recoveries, delay }),
    }),
    desk: supportDesk({
      ...base,
      supportCodes: desk,
      identities: (accountId) => identities.of(accountId),
    }),
    lowerAssurance: lowerAssurance({
      ...base,
      async endConsentedLogins(accountId) {
        for (const login of await logins.list(accountId)) {
          if (login.acr === CONSENTED_ACR) await logins.revoke(accountId, login.id);
        }
      },
    }),
    settle: (accountId) => settleChanges(base, accountId),
  };
}
