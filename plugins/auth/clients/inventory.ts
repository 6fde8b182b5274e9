import type { SqlClient } from '../../../src/plugin/sdk.ts';

/** A service account as the inventory knows it. */
export interface InventoryRow {
  readonly clientId: string;
  /** True for those of the sandbox, whose keys do not age. */
  readonly sandbox: boolean;
  readonly profile: string;
  readonly owner: string;
  readonly purpose: string;
  readonly scope: string;
  readonly proof: string;
  readonly rotationDays: number;
  /** Keys that are configured now. */
  readonly keys: readonly { readonly thumbprint: string; readonly since: Date }[];
  readonly createdAt: Date;
  readonly lastUsedAt?: Date;
  readonly reviewedOn?: Date;
  readonly disabledAt?: Date;
}

interface Row {
  readonly client_id: string;
  readonly kind: string;
  readonly profile: string | null;
  readonly owner: string;
  readonly purpose: string;
  readonly scope: string | null;
  readonly proof: string | null;
  readonly rotation_days: number | null;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly reviewed_on: string | null;
  readonly disabled_at: Date | null;
  readonly keys: readonly { readonly thumbprint: string; readonly since: string }[];
}

/** All service accounts that are configured, by id. */
export async function readInventory(database: SqlClient): Promise<readonly InventoryRow[]> {
  const rows = await database.query<Row>({
    text: `SELECT c.client_id, c.kind, c.profile, c.owner, c.purpose, c.metadata->>'fhir_scope' AS scope,
        c.metadata->>'token_endpoint_auth_method' AS proof, c.rotation_days, c.created_at, c.last_used_at,
        c.reviewed_on::text AS reviewed_on, c.disabled_at,
        (SELECT coalesce(json_agg(json_build_object('thumbprint', k.thumbprint, 'since', k.since)), '[]')
          FROM oauth_client_key k WHERE k.client_id = c.client_id AND k.thumbprint = ANY (c.key_thumbprints)) AS keys
      FROM oauth_client c WHERE c.kind <> 'app' AND c.active ORDER BY c.client_id`,
  });
  return rows.map((row) => ({
    clientId: row.client_id,
    sandbox: row.kind === 'sandbox',
    profile: row.profile ?? '',
    owner: row.owner,
    purpose: row.purpose,
    scope: row.scope ?? '',
    proof: row.proof ?? '',
    rotationDays: row.rotation_days ?? 0,
    keys: row.keys.map(({ thumbprint, since }) => ({ thumbprint, since: new Date(since) })),
    createdAt: row.created_at,
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
    ...(row.reviewed_on === null ? {} : { reviewedOn: new Date(row.reviewed_on) }),
    ...(row.disabled_at === null ? {} : { disabledAt: row.disabled_at }),
  }));
}
