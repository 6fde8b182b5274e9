import type { SqlClient } from '../../../src/plugin/sdk.ts';
import type { Login } from './login.ts';
import { LOGIN_COLUMNS, type LoginRow, readLogin } from './login-row.ts';

/** Logins that hang on one browser session, the latest used first. */
export async function sessionLogins(
  database: SqlClient,
  sessionKey: string,
): Promise<readonly Login[]> {
  const rows = await database.query<LoginRow>({
    text: `SELECT ${LOGIN_COLUMNS} FROM login WHERE session_key = $1 AND revoked_at IS NULL
      ORDER BY last_used_at DESC LIMIT 50`,
    values: [sessionKey],
  });
  return rows.map(readLogin);
}
