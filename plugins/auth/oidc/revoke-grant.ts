import type { SqlClient } from '../../../src/plugin/sdk.ts';
import type { Revocations } from '../tokens/revocations.ts';

/**
 * Ends everything that hangs on a grant, its access tokens included, and the browser session behind it, so that it
 * does not silently make a new grant.
 */
export async function revokeGrant(
  parts: { readonly database: SqlClient; readonly revocations: Revocations },
  grantKey: string,
  sessionKey: string | undefined,
): Promise<void> {
  await parts.revocations.add(grantKey);
  await parts.database.query({
    text: `DELETE FROM oidc_payload WHERE grant_digest = $1 OR (model = 'Grant' AND id_digest = $1)
      OR (model = 'Session' AND uid_digest = $2)`,
    values: [
      Buffer.from(grantKey, 'base64url'),
      sessionKey === undefined ? null : Buffer.from(sessionKey, 'base64url'),
    ],
  });
}
