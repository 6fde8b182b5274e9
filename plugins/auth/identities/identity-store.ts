import type { AccountIdentity, Clock, IdentityClass, SqlClient } from '../../../src/plugin/sdk.ts';

/** Answer to a linking: `taken` says that another account acts as the identity, or that this one does already. */
export type LinkOutcome = 'linked' | 'taken';

/** The table `account_identity`: which FHIR identities an account may act as. The link lies there and nowhere else. */
export interface IdentityStore {
  /** Identities of an account, the oldest first; an account may have none. */
  of(accountId: string): Promise<readonly AccountIdentity[]>;
  /** One identity of an account; undefined where the account does not have it. */
  find(accountId: string, membershipId: string): Promise<AccountIdentity | undefined>;
  /** Account that acts as a FHIR identity. @param profile such as `Practitioner/7` */
  accountOf(profile: string): Promise<string | undefined>;
  /** Gives an account an identity. No two accounts act as one. */
  link(tx: SqlClient, accountId: string, identity: AccountIdentity): Promise<LinkOutcome>;
  /** Takes an identity from an account; the FHIR resources stay. False: the account does not have it. */
  unlink(tx: SqlClient, accountId: string, membershipId: string): Promise<boolean>;
  /** Keeps what the policies of a membership now make of an identity. */
  classify(membershipId: string, to: IdentityClass): Promise<void>;
}

/** A row of `account_identity` as it is read. */
interface Row {
  readonly membership_id: string;
  readonly profile: string;
  readonly class: IdentityClass;
}

const COLUMNS = 'membership_id, profile, class';

/** Identities of accounts in PostgreSQL. */
export function identityStore(database: SqlClient, clock: Clock): IdentityStore {
  return {
    async of(accountId) {
      const rows = await database.query<Row>({
        text: `SELECT ${COLUMNS} FROM account_identity WHERE account_id = $1 ORDER BY linked_at, membership_id`,
        values: [accountId],
      });
      return rows.map(read);
    },
    async find(accountId, membershipId) {
      const [row] = await database.query<Row>({
        text: `SELECT ${COLUMNS} FROM account_identity WHERE account_id = $1 AND membership_id = $2`,
        values: [accountId, membershipId],
      });
      return row === undefined ? undefined : read(row);
    },
    async accountOf(profile) {
      const [row] = await database.query<{ account_id: string }>({
        text: 'SELECT account_id FROM account_identity WHERE profile = $1',
        values: [profile],
      });
      return row?.account_id;
    },
    async link(tx, accountId, identity) {
      const rows = await tx.query({
        text: `INSERT INTO account_identity (membership_id, account_id, profile, class, linked_at)
          VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING membership_id`,
        values: [
          identity.membershipId,
          accountId,
          identity.profile,
          identity.class,
          new Date(clock.now()),
        ],
      });
      return rows.length === 1 ? 'linked' : 'taken';
    },
    async unlink(tx, accountId, membershipId) {
      const rows = await tx.query({
        text: `DELETE FROM account_identity WHERE account_id = $1 AND membership_id = $2 RETURNING membership_id`,
        values: [accountId, membershipId],
      });
      return rows.length === 1;
    },
    async classify(membershipId, to) {
      await database.query({
        text: 'UPDATE account_identity SET class = $2 WHERE membership_id = $1 AND class <> $2',
        values: [membershipId, to],
      });
    },
  };
}

function read(row: Row): AccountIdentity {
  return { profile: row.profile, membershipId: row.membership_id, class: row.class };
}
