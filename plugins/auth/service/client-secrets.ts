import { randomBytes } from 'node:crypto';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import type { SecretBox } from '../keys/secret-box.ts';

const SECRET_BYTES = 32;

/** The table `client_secret`. */
export interface ClientSecrets {
  /** Makes a secret in place of the one before. */
  make(clientId: string): Promise<string>;
  find(clientId: string): Promise<string | undefined>;
  drop(clientId: string): Promise<void>;
}

/** Secrets of foreign clients, sealed in PostgreSQL. */
export function clientSecrets(database: SqlClient, box: SecretBox, clock: Clock): ClientSecrets {
  const context = (clientId: string): string => `client_secret ${clientId}`;
  return {
    async make(clientId) {
      const secret = randomBytes(SECRET_BYTES).toString('base64url');
      await database.query({
        text: `INSERT INTO client_secret (client_id, sealed, created_at) VALUES ($1, $2, $3)
          ON CONFLICT (client_id) DO UPDATE SET sealed = excluded.sealed, created_at = excluded.created_at`,
        values: [clientId, box.seal(secret, context(clientId)), new Date(clock.now())],
      });
      return secret;
    },
    async find(clientId) {
      const [row] = await database.query<{ sealed: Buffer }>({
        text: 'SELECT sealed FROM client_secret WHERE client_id = $1',
        values: [clientId],
      });
      return row === undefined ? undefined : box.open(row.sealed, context(clientId));
    },
    async drop(clientId) {
      await database.query({
        text: 'DELETE FROM client_secret WHERE client_id = $1',
        values: [clientId],
      });
    },
  };
}
