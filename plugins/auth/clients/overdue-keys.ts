import { calculateJwkThumbprint } from 'jose';
import type { JWK } from 'jose';
import type { AllClientMetadata } from 'oidc-provider';
import type { SqlClient } from '../../../src/plugin/sdk.ts';

const DAY_MS = 86_400_000;

/**
 * Registration of a service account without those of its keys that are older than they may be. Without any key left the
 * account cannot prove itself, and is refused.
 * @param days age that a key may have, in days
 * @param now milliseconds since 1970
 * @see requirement R-030
 */
export async function withoutOverdueKeys(
  database: SqlClient,
  client: { readonly client_id: string; readonly metadata: AllClientMetadata },
  days: number,
  now: number,
): Promise<AllClientMetadata> {
  const keys = client.metadata.jwks?.keys as readonly JWK[] | undefined;
  if (keys === undefined) return client.metadata;
  const rows = await database.query<{ thumbprint: string }>({
    text: 'SELECT thumbprint FROM oauth_client_key WHERE client_id = $1 AND since <= $2',
    values: [client.client_id, new Date(now - days * DAY_MS)],
  });
  if (rows.length === 0) return client.metadata;
  const overdue = new Set(rows.map(({ thumbprint }) => thumbprint));
  const left: JWK[] = [];
  for (const key of keys) if (!overdue.has(await calculateJwkThumbprint(key))) left.push(key);
  return { ...client.metadata, jwks: { keys: left } };
}
