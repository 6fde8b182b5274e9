import type { SqlClient } from '../../../src/plugin/sdk.ts';
import type { Revocations } from '../tokens/revocations.ts';

/**
 * Ends everything that hangs on a grant, its access tokens included, and the browser sessions of the account, so that
 * no session silently makes a new grant.
 */
export async function revokeGrant(
  parts: { readonly database: SqlClient; readonly revocations: Revocations },
  grantKey: string,
  accountId: string,
): Promise<void> {
  await parts.revocations.add(grantKey);
  await parts.database.query({
    text: `DELETE FROM oidc_payload WHERE grant_digest = $1 OR (model = 'Grant' AND id_digest = $1)
      OR (model = 'Session' AND account_id = $2)`,
    values: [Buffer.from(grantKey, 'base64url'), accountId],
  });
}
