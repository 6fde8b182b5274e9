import { createHash, randomBytes } from 'node:crypto';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import type { SecretBox } from '../keys/secret-box.ts';

/** Seconds from the last step of an attempt after which it is over. */
export const ATTEMPT_TTL = 600;

/** A state with the version that was read. */
export interface Kept<State> {
  readonly state: State;
  readonly version: number;
}

/** Attempts of one kind: rows with a sealed state that all nodes share, named by a random id that is kept as a digest. */
export interface AttemptStore<State> {
  /** @returns the id, 256 random bits */
  create(state: State): Promise<string>;
  read(id: string): Promise<Kept<State> | undefined>;
  /** Writes if nobody did since the version was read; of two at the same time one gets false. The time starts anew. */
  write(id: string, version: number, state: State, tx?: SqlClient): Promise<boolean>;
  /** Removes and returns: of several at the same time one gets it. */
  take(id: string, tx?: SqlClient): Promise<State | undefined>;
}

/** Attempts in PostgreSQL. @param kind what one kind has made, another cannot read */
export function attemptStore<State>(
  database: SqlClient,
  box: SecretBox,
  clock: Clock,
  kind: string,
): AttemptStore<State> {
  const keyOf = (id: string): Buffer => createHash('sha256').update(id).digest();
  const place = (key: Buffer): string => `sign_in_attempt ${kind} ${key.toString('hex')}`;
  const expiry = (): Date => new Date(clock.now() + ATTEMPT_TTL * 1000);
  const open = (key: Buffer, sealed: Buffer): State =>
    JSON.parse(box.open(sealed, place(key))) as State;
  return {
    async create(state) {
      const id = randomBytes(32).toString('base64url');
      const key = keyOf(id);
      await database.query({
        text: 'INSERT INTO sign_in_attempt (key, kind, sealed, expires_at) VALUES ($1, $2, $3, $4)',
        values: [key, kind, box.seal(JSON.stringify(state), place(key)), expiry()],
      });
      return id;
    },
    async read(id) {
      const key = keyOf(id);
      const [row] = await database.query<{ sealed: Buffer; version: number }>({
        text: 'SELECT sealed, version FROM sign_in_attempt WHERE key = $1 AND kind = $2 AND expires_at > $3',
        values: [key, kind, new Date(clock.now())],
      });
      return row === undefined ? undefined : { state: open(key, row.sealed), version: row.version };
    },
    async write(id, version, state, tx = database) {
      const key = keyOf(id);
      const rows = await tx.query({
        text: `UPDATE sign_in_attempt SET sealed = $4, version = version + 1, expires_at = $5
          WHERE key = $1 AND kind = $2 AND version = $3 AND expires_at > $6 RETURNING key`,
        values: [
          key,
          kind,
          version,
          box.seal(JSON.stringify(state), place(key)),
          expiry(),
          new Date(clock.now()),
        ],
      });
      return rows.length === 1;
    },
    async take(id, tx = database) {
      const key = keyOf(id);
      const [row] = await tx.query<{ sealed: Buffer }>({
        text: 'DELETE FROM sign_in_attempt WHERE key = $1 AND kind = $2 AND expires_at > $3 RETURNING sealed',
        values: [key, kind, new Date(clock.now())],
      });
      return row === undefined ? undefined : open(key, row.sealed);
    },
  };
}
