import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { AccountIdentity, Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import type { SecretBox } from '../keys/secret-box.ts';
import { LOCK_CODE_GROUPS, randomCode } from '../factors/random-code.ts';
import type { RecoveryCodes } from '../factors/recovery-codes.ts';
import { newAccountHandle } from './account-handle.ts';
import type { TotpAlgorithm, TotpFactor } from './totp.ts';

/** What a registration begins with; everything random is decided here, so that sending the form twice is harmless. */
export interface RegistrationDraft {
  readonly accountId: string;
  readonly identity: AccountIdentity;
  /** True where the FHIR identity exists already: the account is made for it. */
  readonly invited: boolean;
  readonly handle: string;
  readonly totpSecret: string;
  readonly totpAlgorithm: TotpAlgorithm;
  /** Random value and random user id for a passkey, base64url. */
  readonly challenge: string;
  readonly userHandle: string;
  /** Shown with the handle; kept as digests from the registration on. */
  readonly recoveryCodes: readonly string[];
  readonly lockCode: string;
}

/** The identity that an account is made for, and the id that was planned for the account. */
export interface Invited {
  readonly accountId?: string;
  readonly identity: AccountIdentity;
}

/** The table `registration_draft`, by the interaction that a registration takes place in. */
export interface RegistrationDrafts {
  find(interaction: string): Promise<RegistrationDraft | undefined>;
  /** The draft of an interaction, made where there is none. */
  begin(interaction: string, invited?: Invited): Promise<RegistrationDraft>;
  drop(interaction: string): Promise<void>;
}

export interface RegistrationDraftParts {
  readonly database: SqlClient;
  readonly box: SecretBox;
  readonly totp: TotpFactor;
  readonly codes: Pick<RecoveryCodes, 'fresh'>;
  readonly totpAlgorithm: TotpAlgorithm;
  /** Seconds. */
  readonly draftTtl: number;
  readonly clock: Clock;
}

/** Drafts in PostgreSQL, sealed. */
export function registrationDrafts(parts: RegistrationDraftParts): RegistrationDrafts {
  const { box, clock, database } = parts;
  const find: RegistrationDrafts['find'] = async (interaction) => {
    const id = key(interaction);
    const [row] = await database.query<{ sealed: Buffer }>({
      text: 'SELECT sealed FROM registration_draft WHERE key = $1 AND expires_at > $2',
      values: [id, new Date(clock.now())],
    });
    if (row === undefined) return undefined;
    return JSON.parse(box.open(row.sealed, place(id))) as RegistrationDraft;
  };
  return {
    find,
    async begin(interaction, invited) {
      const planned: AccountIdentity = {
        profile: `Patient/${randomUUID()}`,
        membershipId: randomUUID(),
        class: 'patient',
      };
      const fresh: RegistrationDraft = {
        accountId: invited?.accountId ?? randomUUID(),
        identity: invited?.identity ?? planned,
        invited: invited !== undefined,
        handle: newAccountHandle(),
        totpSecret: parts.totp.newSecret(),
        totpAlgorithm: parts.totpAlgorithm,
        challenge: randomBytes(32).toString('base64url'),
        userHandle: randomBytes(32).toString('base64url'),
        recoveryCodes: parts.codes.fresh(),
        lockCode: randomCode(LOCK_CODE_GROUPS),
      };
      const id = key(interaction);
      await database.query({
        text: `INSERT INTO registration_draft AS d (key, sealed, expires_at) VALUES ($1, $2, $3)
          ON CONFLICT (key) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at
            WHERE d.expires_at <= $4`,
        values: [
          id,
          box.seal(JSON.stringify(fresh), place(id)),
          new Date(clock.now() + parts.draftTtl * 1000),
          new Date(clock.now()),
        ],
      });
      return (await find(interaction)) ?? fresh;
    },
    async drop(interaction) {
      await database.query({
        text: 'DELETE FROM registration_draft WHERE key = $1',
        values: [key(interaction)],
      });
    },
  };
}

function key(interaction: string): Buffer {
  return createHash('sha256').update(interaction).digest();
}

function place(id: Buffer): string {
  return `registration_draft ${id.toString('hex')}`;
}
