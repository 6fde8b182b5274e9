import { hash } from 'node:crypto';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';

/** Seconds that a proof is remembered: longer than any proof is accepted, nonces included. */
const REMEMBERED = 900;

/** Proofs that were shown, at this node or another. */
export interface ProofReplays {
  /** True the first time. @param thumbprint of the key of the proof; its `jti` is unique for that key only */
  first(thumbprint: string, jti: string): Promise<boolean>;
}

/** Proofs in PostgreSQL, which decides between two nodes that are shown the same one at the same time. */
export function proofReplays(database: SqlClient, clock: Clock): ProofReplays {
  return {
    async first(thumbprint, jti) {
      const rows = await database.query({
        text: 'INSERT INTO dpop_proof (key, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
        values: [
          hash('sha256', `${thumbprint} ${jti}`, 'buffer'),
          new Date(clock.now() + REMEMBERED * 1000),
        ],
      });
      return rows.length === 1;
    },
  };
}
