import { hash } from 'node:crypto';
import type { SqlClient } from '../../../src/plugin/sdk.ts';
import type { Login } from './login-store.ts';

/**
 * Ends the browser sessions, codes and grants of an account that no login names, because nobody has got a token of them
 * yet. @param kept login whose session and grant stay
 */
export async function endOfAccount(
  database: SqlClient,
  accountId: string,
  kept: Pick<Login, 'grantKey' | 'sessionKey'> | undefined,
): Promise<void> {
  const bytes = (key: string | undefined): Buffer | null =>
    key === undefined ? null : Buffer.from(key, 'base64url');
  await database.query({
    text: `DELETE FROM oidc_payload WHERE account_digest = $1
      AND (uid_digest = $2 OR grant_digest = $3 OR (model = 'Grant' AND id_digest = $3)) IS NOT TRUE`,
    values: [hash('sha256', accountId, 'buffer'), bytes(kept?.sessionKey), bytes(kept?.grantKey)],
  });
}
