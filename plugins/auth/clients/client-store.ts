import type { AllClientMetadata } from 'oidc-provider';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import { withoutOverdueKeys } from './overdue-keys.ts';

/** `sandbox`: service account of the sandbox, never present in production. */
export type ClientKind = 'app' | 'service' | 'sandbox';

/** An OAuth client with what the inventory says about it. */
export interface OAuthClient {
  readonly clientId: string;
  readonly kind: ClientKind;
  /** Registration metadata. @see https://www.rfc-editor.org/rfc/rfc7591#section-2 */
  readonly metadata: AllClientMetadata;
  /** FHIR identity of a service account. */
  readonly profile?: string;
  readonly owner: string;
  readonly purpose: string;
  readonly rotationDays?: number;
  /** ISO date. */
  readonly reviewedOn?: string;
  /** RFC 7638 thumbprints of the keys. */
  readonly keyThumbprints: readonly string[];
}

/** The table `oauth_client`. */
export interface ClientStore {
  /**
   * Client that may be used now, or undefined. Keys of a service account that are overdue are not among its keys any more.
   */
  find(clientId: string): Promise<OAuthClient | undefined>;
  /** Stores clients as they are configured now; those of the same kinds that are configured no more become inactive. */
  replace(clients: readonly OAuthClient[], kinds: readonly ClientKind[]): Promise<void>;
  countSandbox(): Promise<number>;
  /** @param address keyed digest of where the token went */
  recordUse(clientId: string, address: Buffer): Promise<void>;
  /** True where the last token of a client went to an address. */
  isUsualAddress(clientId: string, address: Buffer): Promise<boolean>;
  /** Switches a service account off. False: it was off, or there is none. */
  disable(clientId: string): Promise<boolean>;
  /** Switches it on again. False: it was on, or there is none. */
  enable(clientId: string): Promise<boolean>;
}

interface Row {
  readonly client_id: string;
  readonly kind: ClientKind;
  readonly metadata: AllClientMetadata;
  readonly profile: string | null;
  readonly owner: string;
  readonly purpose: string;
  readonly rotation_days: number | null;
  readonly key_thumbprints: string[];
}

/** Inventory of clients in PostgreSQL. */
export function clientStore(
  database: SqlClient & { transaction<T>(work: (tx: SqlClient) => Promise<T>): Promise<T> },
  clock: Clock,
  graceDays = 0,
): ClientStore {
  const now = (): Date => new Date(clock.now());
  return {
    async find(clientId) {
      const [row] = await database.query<Row>({
        text: `SELECT client_id, kind, metadata, profile, owner, purpose, rotation_days, key_thumbprints
          FROM oauth_client WHERE client_id = $1 AND active AND disabled_at IS NULL`,
        values: [clientId],
      });
      if (row === undefined) return undefined;
      return {
        clientId: row.client_id,
        kind: row.kind,
        metadata:
          row.kind === 'service' && row.rotation_days !== null
            ? await withoutOverdueKeys(database, row, row.rotation_days + graceDays, clock.now())
            : row.metadata,
        ...(row.profile === null ? {} : { profile: row.profile }),
        owner: row.owner,
        purpose: row.purpose,
        ...(row.rotation_days === null ? {} : { rotationDays: row.rotation_days }),
        keyThumbprints: row.key_thumbprints,
      };
    },
    async replace(clients, kinds) {
      await database.transaction(async (tx) => {
        for (const client of clients) await upsert(tx, client, now());
        await tx.query({
          text: 'UPDATE oauth_client SET active = false WHERE kind = ANY ($1) AND NOT client_id = ANY ($2)',
          values: [kinds, clients.map((client) => client.clientId)],
        });
      });
    },
    async countSandbox() {
      const [row] = await database.query<{ count: number }>({
        text: `SELECT count(*)::int AS count FROM oauth_client WHERE kind = 'sandbox'`,
      });
      return row?.count ?? 0;
    },
    async recordUse(clientId, address) {
      await database.query({
        text: 'UPDATE oauth_client SET last_used_at = $2, last_address = $3 WHERE client_id = $1',
        values: [clientId, now(), address],
      });
    },
    async isUsualAddress(clientId, address) {
      const rows = await database.query({
        text: 'SELECT 1 FROM oauth_client WHERE client_id = $1 AND last_address = $2',
        values: [clientId, address],
      });
      return rows.length === 1;
    },
    async disable(clientId) {
      const rows = await database.query({
        text: `UPDATE oauth_client SET disabled_at = $2
          WHERE client_id = $1 AND kind <> 'app' AND disabled_at IS NULL RETURNING client_id`,
        values: [clientId, now()],
      });
      return rows.length === 1;
    },
    async enable(clientId) {
      const rows = await database.query({
        text: `UPDATE oauth_client SET disabled_at = NULL
          WHERE client_id = $1 AND disabled_at IS NOT NULL RETURNING client_id`,
        values: [clientId],
      });
      return rows.length === 1;
    },
  };
}

async function upsert(tx: SqlClient, client: OAuthClient, now: Date): Promise<void> {
  await tx.query({
    text: `INSERT INTO oauth_client AS c (client_id, kind, metadata, profile, owner, purpose, rotation_days,
        key_thumbprints, keys_since, created_at, active, reviewed_on)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, true, $10)
      ON CONFLICT (client_id) DO UPDATE SET kind = excluded.kind, metadata = excluded.metadata,
        profile = excluded.profile, owner = excluded.owner, purpose = excluded.purpose,
        rotation_days = excluded.rotation_days, key_thumbprints = excluded.key_thumbprints, active = true,
        reviewed_on = excluded.reviewed_on,
        disabled_at = CASE WHEN c.key_thumbprints = excluded.key_thumbprints THEN c.disabled_at END,
        keys_since = CASE WHEN c.key_thumbprints = excluded.key_thumbprints THEN c.keys_since ELSE excluded.keys_since END`,
    values: [
      client.clientId,
      client.kind,
      JSON.stringify(client.metadata),
      client.profile ?? null,
      client.owner,
      client.purpose,
      client.rotationDays ?? null,
      client.keyThumbprints,
      now,
      client.reviewedOn ?? null,
    ],
  });
  await tx.query({
    text: `INSERT INTO oauth_client_key (client_id, thumbprint, since) SELECT $1, unnest($2::text[]), $3
      ON CONFLICT DO NOTHING`,
    values: [client.clientId, client.keyThumbprints, now],
  });
}
