import { randomBytes } from 'node:crypto';
import { Client, Pool, type PoolClient } from 'pg';
import pino from 'pino';
import { systemClock } from '../../../src/clock.ts';
import { createJobQueue, type JobQueueOptions } from '../../../src/jobs/job-queue.ts';
import type { Database, SqlClient, SqlStatement } from '../../../src/storage/database.ts';
import { migrate } from '../../../src/storage/migrate.ts';

/** The server of the tests; `npm test` starts one where none answers. */
const SERVER = process.env['TEST_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/postgres';

/** A database that exists for one test file, with a runtime role of its own. */
export interface FreshDatabase {
  readonly url: string;
  readonly runtimeRole: string;
  readonly runtimeUrl: string;
  owner<T>(work: (client: Client) => Promise<T>): Promise<T>;
  drop(): Promise<void>;
}

export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `diga_test_${randomBytes(8).toString('hex')}`;
  const runtimeRole = `${name}_runtime`;
  await connected(SERVER, async (client) => {
    await client.query(`create database ${name}`);
    await client.query(`create role ${runtimeRole} login password '${runtimeRole}'`);
  });
  const database = new URL(SERVER);
  database.pathname = `/${name}`;
  const url = database.href;
  database.username = runtimeRole;
  database.password = runtimeRole;
  return {
    url,
    runtimeRole,
    runtimeUrl: database.href,
    owner: async (work) => await connected(url, work),
    drop: async () => {
      await connected(SERVER, async (client) => {
        await client.query(`drop database ${name} with (force)`);
        await client.query(`drop role ${runtimeRole}`);
      });
    },
  };
}

async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The least that satisfies the contract: the product's own implementation is tested elsewhere. */
export function databaseOn(url: string): Database {
  const pool = new Pool({ connectionString: url, max: 5 });
  pool.on('error', () => undefined);
  const on = (client: Pool | PoolClient): SqlClient => ({
    query: async <Row>({ text, values, name }: SqlStatement) => {
      const config = { text, values: [...(values ?? [])], ...(name === undefined ? {} : { name }) };
      return (await client.query(config)).rows as Row[];
    },
  });
  return {
    name: 'clinical',
    query: on(pool).query,
    transaction: async (work) => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        const result = await work(on(client));
        await client.query('commit');
        client.release();
        return result;
      } catch (error) {
        await client.query('rollback').catch(() => undefined);
        client.release(true);
        throw error;
      }
    },
    close: async () => {
      await pool.end();
    },
  };
}

export async function migrateJobs(fresh: FreshDatabase): Promise<void> {
  await fresh.owner(async (connection) => {
    const directory = new URL('../../../src/jobs/migrations', import.meta.url).pathname;
    await migrate({ connection, directory, area: 'jobs', runtimeRole: fresh.runtimeRole });
  });
}

export function queueOn(
  fresh: FreshDatabase,
  database: Database,
  options: Partial<JobQueueOptions> = {},
) {
  return createJobQueue({
    database,
    connection: { connectionString: fresh.runtimeUrl },
    clock: systemClock,
    log: pino({ level: 'silent' }),
    random: () => 0,
    ...options,
  });
}

export async function until(condition: () => boolean | Promise<boolean>, limit = 10_000) {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > limit) throw new Error('The condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
