import { hash, randomBytes } from 'node:crypto';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import type { SecretBox } from '../keys/secret-box.ts';

/** A sign-in that is at another provider. */
export interface ExternalAttempt {
  readonly kind: 'away';
  readonly provider: string;
  /** Interaction of our own provider that it belongs to, and so the browser. */
  readonly interaction: string;
  readonly nonce: string;
  readonly verifier: string;
  /** True: the person had to prove who they are anew. */
  readonly fresh: boolean;
  /** Seconds since 1970. */
  readonly startedAt: number;
}

/** A sign-in that has come back and belongs to no account yet. */
export interface UnboundSignIn {
  readonly kind: 'unbound';
  readonly provider: string;
  readonly interaction: string;
  readonly issuer: string;
  readonly subject: string;
  readonly acr: string;
  readonly amr: readonly string[];
  /** Seconds since 1970. */
  readonly authTime: number;
  /** The person has decided to connect it with the account that signs in next in this interaction. */
  readonly connect: boolean;
}

/** The table `external_attempt`: ids are kept as digests, the rest is sealed. */
export interface AttemptStore {
  /** @returns the random id */
  keep(attempt: ExternalAttempt): Promise<string>;
  /** Interaction that an attempt belongs to, without using it up. */
  interactionOf(state: string): Promise<string | undefined>;
  /** Takes an attempt out; of two that come at the same time one gets it. */
  take(state: string): Promise<ExternalAttempt | undefined>;
  /** Keeps what came back, until the person has signed in here or decided for a new account. */
  keepUnbound(signIn: UnboundSignIn): Promise<void>;
  findUnbound(interaction: string): Promise<UnboundSignIn | undefined>;
  takeUnbound(interaction: string): Promise<UnboundSignIn | undefined>;
}

/** How long a sign-in may take there, and a decision here. */
const TTL_MS = 600_000;

/** Attempts in PostgreSQL; any node goes on with them. */
export function attemptStore(database: SqlClient, box: SecretBox, clock: Clock): AttemptStore {
  const write = async (key: Buffer, value: ExternalAttempt | UnboundSignIn): Promise<void> => {
    await database.query({
      text: `INSERT INTO external_attempt (key, sealed, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (key) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at`,
      values: [key, box.seal(JSON.stringify(value), context(key)), new Date(clock.now() + TTL_MS)],
    });
  };
  const read = async (statement: string, key: Buffer): Promise<unknown> => {
    const [row] = await database.query<{ sealed: Buffer }>({
      text: `${statement} WHERE key = $1 AND expires_at > $2`,
      values: [key, new Date(clock.now())],
    });
    return row === undefined ? undefined : JSON.parse(box.open(row.sealed, context(key)));
  };
  const find = 'SELECT sealed FROM external_attempt';
  const remove = async (key: Buffer): Promise<unknown> => {
    const [row] = await database.query<{ sealed: Buffer }>({
      text: 'DELETE FROM external_attempt WHERE key = $1 AND expires_at > $2 RETURNING sealed',
      values: [key, new Date(clock.now())],
    });
    return row === undefined ? undefined : JSON.parse(box.open(row.sealed, context(key)));
  };
  return {
    async keep(attempt) {
      const state = randomBytes(32).toString('base64url');
      await write(keyOf('away', state), attempt);
      return state;
    },
    interactionOf: async (state) =>
      ((await read(find, keyOf('away', state))) as ExternalAttempt | undefined)?.interaction,
    take: async (state) => (await remove(keyOf('away', state))) as ExternalAttempt | undefined,
    keepUnbound: (signIn) => write(keyOf('unbound', signIn.interaction), signIn),
    findUnbound: async (interaction) =>
      (await read(find, keyOf('unbound', interaction))) as UnboundSignIn | undefined,
    takeUnbound: async (interaction) =>
      (await remove(keyOf('unbound', interaction))) as UnboundSignIn | undefined,
  };
}

function keyOf(kind: string, id: string): Buffer {
  return hash('sha256', `${kind} ${id}`, 'buffer');
}

function context(key: Buffer): string {
  return `external_attempt ${key.toString('hex')}`;
}
