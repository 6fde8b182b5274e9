import { randomUUID } from 'node:crypto';
import type { Clock, SecurityEvent, SignInOrigin, SqlClient } from '../../../src/plugin/sdk.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { authError } from '../errors.ts';
import { securityEvent } from '../sign-in/events.ts';
import type { AccountActor } from './account-security.ts';
import { assertFresh } from './fresh-actor.ts';

/** A consent to sign in with a passkey alone. */
export interface LowerAssuranceConsent {
  /** Version of the text that was shown. */
  readonly textVersion: string;
  readonly givenAt: Date;
}

/**
 * Consent of a patient to a login with one factor. Without an active one there is no such login; its withdrawal holds from
 * that moment on. Whoever acts for others cannot give it.
 * @see TR-03161 O.Auth_5; requirement R-278
 */
export interface LowerAssurance {
  active(accountId: string): Promise<LowerAssuranceConsent | undefined>;
  /** @throws FhirError `AUTH_REAUTHENTICATION_NEEDED`, `AUTH_CONSENT_NOT_OFFERED` */
  give(actor: AccountActor, textVersion: string, origin: SignInOrigin): Promise<void>;
  /** Ends the logins made by it as well. False: there is no active consent. */
  withdraw(accountId: string, origin: SignInOrigin): Promise<boolean>;
}

/** Consents in PostgreSQL. */
export function lowerAssurance(parts: {
  readonly database: SqlClient;
  readonly accounts: AccountStore;
  /** Ends the logins of an account that were made with one factor. */
  readonly endConsentedLogins: (accountId: string) => Promise<void>;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly clock: Clock;
}): LowerAssurance {
  const { accounts, clock, database } = parts;
  const record = async (accountId: string, description: string, origin: SignInOrigin) => {
    const account = await accounts.byId(accountId);
    await parts.audit(securityEvent(account, { outcome: 'success', description }, origin));
  };
  return {
    async active(accountId) {
      const [row] = await database.query<{ text_version: string; given_at: Date }>({
        text: `SELECT text_version, given_at FROM lower_assurance_consent
          WHERE account_id = $1 AND withdrawn_at IS NULL`,
        values: [accountId],
      });
      return row === undefined
        ? undefined
        : { textVersion: row.text_version, givenAt: row.given_at };
    },
    async give(actor, textVersion, origin) {
      assertFresh(actor, clock);
      const account = await accounts.byId(actor.accountId);
      if (account?.identities.some((identity) => identity.class !== 'patient') !== false) {
        throw authError('AUTH_CONSENT_NOT_OFFERED');
      }
      await database.query({
        text: `INSERT INTO lower_assurance_consent (id, account_id, text_version, given_at) VALUES ($1, $2, $3, $4)
          ON CONFLICT DO NOTHING`,
        values: [randomUUID(), actor.accountId, textVersion, new Date(clock.now())],
      });
      await record(
        actor.accountId,
        `Consent to login with one factor, text ${textVersion}`,
        origin,
      );
    },
    async withdraw(accountId, origin) {
      const rows = await database.query({
        text: `UPDATE lower_assurance_consent SET withdrawn_at = $2 WHERE account_id = $1 AND withdrawn_at IS NULL
          RETURNING id`,
        values: [accountId, new Date(clock.now())],
      });
      if (rows.length === 0) return false;
      await parts.endConsentedLogins(accountId);
      await record(accountId, 'Consent to login with one factor withdrawn', origin);
      return true;
    },
  };
}
