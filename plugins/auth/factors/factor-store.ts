import { randomUUID } from 'node:crypto';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import type { TotpAlgorithm } from '../accounts/totp.ts';
import type { SecretBox } from '../keys/secret-box.ts';
import { openLabel, sealLabel } from './sealed-label.ts';

export type FactorKind = 'totp' | 'passkey' | 'recovery-codes';

/** What is known of a factor beside its secret. */
export interface FactorDetail {
  /** Algorithm of one-time codes. */
  readonly algorithm?: TotpAlgorithm;
  /** Id of the passkey, base64url. */
  readonly credentialId?: string;
  /** True for a passkey that can be copied to other devices. */
  readonly synced?: boolean;
  readonly backedUp?: boolean;
  /** Model of the device. @see https://www.w3.org/TR/webauthn-3/ section 6.5.1 */
  readonly aaguid?: string;
  readonly transports?: readonly string[];
  /** Random id under which the device keeps the account, base64url. */
  readonly userHandle?: string;
  /** Place that the secret is sealed for, where it is not its row. */
  readonly sealedFor?: string;
}

/** A factor with its secret: base32 of an app, base64url of the public key (COSE) of a passkey. */
export interface Factor {
  readonly id: string;
  readonly accountId: string;
  readonly kind: FactorKind;
  readonly label?: string;
  readonly secret: string;
  readonly detail: FactorDetail;
  readonly counter: number;
  readonly createdAt: Date;
  readonly activeFrom: Date;
  readonly removedFrom?: Date;
  readonly lastUsedAt?: Date;
}

export interface NewFactor {
  readonly id?: string;
  readonly kind: FactorKind;
  readonly label?: string;
  readonly secret: string;
  readonly detail: FactorDetail;
  readonly counter: number;
  /** Absent: from now on. */
  readonly activeFrom?: Date;
}

/** The table `account_factor`. */
export interface FactorStore {
  /** All factors that are not removed yet, the oldest first; announced ones too. */
  list(accountId: string, tx?: SqlClient): Promise<readonly Factor[]>;
  /** Those that count now. */
  active(accountId: string, tx?: SqlClient): Promise<readonly Factor[]>;
  /** The passkey of a credential id, if it counts now. */
  byCredential(credentialId: string): Promise<Factor | undefined>;
  /** @returns its id, or undefined for a passkey that is kept already */
  insert(tx: SqlClient, accountId: string, factor: NewFactor): Promise<string | undefined>;
  /** Marks the time step of a code as used. False: it was, or a later one. */
  useTotp(factor: Factor, counter: number): Promise<boolean>;
  /** Notes a signature of a passkey. False: its counter did not grow, so there may be a copy of the key. */
  usePasskey(factor: Factor, counter: number, backedUp: boolean): Promise<boolean>;
}

interface Row {
  readonly id: string;
  readonly account_id: string;
  readonly kind: FactorKind;
  readonly label: string | null;
  readonly sealed: Buffer;
  readonly detail: FactorDetail;
  readonly counter: string | number;
  readonly created_at: Date;
  readonly active_from: Date;
  readonly removed_from: Date | null;
  readonly last_used_at: Date | null;
}

const COLUMNS =
  'id, account_id, kind, label, sealed, detail, counter, created_at, active_from, removed_from, last_used_at';

/** Factors in PostgreSQL; `lookup` makes the digest by which a passkey is found. */
export function factorStore(
  database: SqlClient,
  box: SecretBox,
  lookup: (credentialId: string) => Buffer,
  clock: Clock,
): FactorStore {
  const now = (): Date => new Date(clock.now());
  const read = (row: Row): Factor => ({
    id: row.id,
    accountId: row.account_id,
    kind: row.kind,
    secret: box.open(row.sealed, row.detail.sealedFor ?? place(row.id)),
    detail: row.detail,
    counter: Number(row.counter),
    createdAt: row.created_at,
    activeFrom: row.active_from,
    ...(row.label === null ? {} : { label: openLabel(box, row.label, place(row.id)) }),
    ...(row.removed_from === null ? {} : { removedFrom: row.removed_from }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
  });
  const rows = async (where: string, value: unknown, tx: SqlClient): Promise<Factor[]> => {
    const found = await tx.query<Row>({
      text: `SELECT ${COLUMNS} FROM account_factor WHERE ${where} = $1 AND (removed_from IS NULL OR removed_from > $2)
        ORDER BY created_at, id`,
      values: [value, now()],
    });
    return found.map(read);
  };
  const inForce = (factor: Factor): boolean => factor.activeFrom.getTime() <= clock.now();
  return {
    list: (accountId, tx = database) => rows('account_id', accountId, tx),
    active: async (accountId, tx = database) =>
      (await rows('account_id', accountId, tx)).filter(inForce),
    byCredential: async (credentialId) =>
      (await rows('lookup', lookup(credentialId), database)).find(inForce),
    async insert(tx, accountId, factor) {
      const id = factor.id ?? randomUUID();
      const { credentialId } = factor.detail;
      const inserted = await tx.query({
        text: `INSERT INTO account_factor (id, account_id, kind, label, sealed, lookup, counter, detail, created_at,
            active_from)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING id`,
        values: [
          id,
          accountId,
          factor.kind,
          factor.label === undefined ? null : sealLabel(box, factor.label, place(id)),
          box.seal(factor.secret, place(id)),
          credentialId === undefined ? null : lookup(credentialId),
          factor.counter,
          JSON.stringify(factor.detail),
          now(),
          factor.activeFrom ?? now(),
        ],
      });
      return inserted.length === 1 ? id : undefined;
    },
    async useTotp(factor, counter) {
      const used = await database.query({
        text: `UPDATE account_factor SET counter = $2, last_used_at = $3, sealed = coalesce($4, sealed),
            detail = detail - 'sealedFor'
          WHERE id = $1 AND counter < $2 RETURNING id`,
        values: [
          factor.id,
          counter,
          now(),
          factor.detail.sealedFor === undefined ? null : box.seal(factor.secret, place(factor.id)),
        ],
      });
      return used.length === 1;
    },
    async usePasskey(factor, counter, backedUp) {
      const used = await database.query({
        text: `UPDATE account_factor SET counter = $2, last_used_at = $3,
            detail = detail || jsonb_build_object('backedUp', $4::boolean)
          WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0)) RETURNING id`,
        values: [factor.id, counter, now(), backedUp],
      });
      return used.length === 1;
    },
  };
}

function place(id: string): string {
  return `account_factor ${id}`;
}
