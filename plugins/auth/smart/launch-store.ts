import { hash, randomBytes } from 'node:crypto';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import type { SecretBox } from '../keys/secret-box.ts';
import { type LaunchContext, launchContext } from './launch-context.ts';

/** Bytes of the id of a launch. */
const ID_BYTES = 32;

/** Seconds between the launch and the grant. */
export const LAUNCH_TTL = 600;

/** For whom a launch was made. */
export interface LaunchFor {
  readonly clientId: string;
  /** FHIR identity that launched the app; nobody else can use the launch. */
  readonly profile: string;
}

/** The table `smart_launch`. */
export interface LaunchStore {
  /** Keeps a context. @returns the id for the parameter `launch` */
  create(target: LaunchFor, context: LaunchContext): Promise<string>;
  /** The context of a launch that was not used; undefined: there is none for this client and identity. */
  find(launch: string, target: LaunchFor): Promise<LaunchContext | undefined>;
  /** Uses a launch. False: it was used before, or has expired. */
  use(launch: string): Promise<boolean>;
}

/** Launches in PostgreSQL. */
export function launchStore(database: SqlClient, box: SecretBox, clock: Clock): LaunchStore {
  const now = (): Date => new Date(clock.now());
  return {
    async create(target, context) {
      const launch = randomBytes(ID_BYTES).toString('base64url');
      const key = keyOf(launch);
      await database.query({
        text: `INSERT INTO smart_launch (key, client_id, profile, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)`,
        values: [
          key,
          target.clientId,
          target.profile,
          box.seal(JSON.stringify(context), sealedFor(key)),
          new Date(clock.now() + LAUNCH_TTL * 1000),
        ],
      });
      return launch;
    },
    async find(launch, target) {
      const key = keyOf(launch);
      const [row] = await database.query<{ sealed: Buffer }>({
        text: `SELECT sealed FROM smart_launch
          WHERE key = $1 AND client_id = $2 AND profile = $3 AND used_at IS NULL AND expires_at > $4`,
        values: [key, target.clientId, target.profile, now()],
      });
      if (row === undefined) return undefined;
      return launchContext.parse(JSON.parse(box.open(row.sealed, sealedFor(key))));
    },
    async use(launch) {
      const rows = await database.query({
        text: `UPDATE smart_launch SET used_at = $2 WHERE key = $1 AND used_at IS NULL AND expires_at > $2 RETURNING key`,
        values: [keyOf(launch), now()],
      });
      return rows.length === 1;
    },
  };
}

function keyOf(launch: string): Buffer {
  return hash('sha256', launch, 'buffer');
}

function sealedFor(key: Buffer): string {
  return `smart_launch ${key.toString('hex')}`;
}
