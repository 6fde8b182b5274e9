import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { openDatabases } from '../../src/start/databases.ts';
import { startTestServer, testConfig, type TestServer } from '../../test/support/server.ts';
import { createTestDatabases, type TestDatabases } from '../../test/support/test-databases.ts';

/** Two servers with the same keys and the same clock, on databases of their own. */
export interface Pair {
  readonly a: TestServer;
  readonly b: TestServer;
  /** Moves the clock of both. */
  tick(milliseconds: number): void;
  close(): Promise<void>;
}

const START = Date.parse('2026-11-02T08:00:00Z');

const SETTINGS = ['fhir.referentialIntegrity=true', 'fhir.conditionalDelete=multiple'];

/**
 * Starts the pair. The keys that hash index values, seal page links and name the versions of views are random per
 * database; with keys of their own, the two would differ in what no caller can compare.
 */
export async function startPair(): Promise<Pair> {
  let now = START;
  const clock = { now: () => now };
  const databases = [await createTestDatabases(), await createTestDatabases()] as const;
  const start = (one: TestDatabases): Promise<TestServer> =>
    startTestServer({ databases: one, clock, settings: SETTINGS });
  const a = await start(databases[0]);
  await makeTables(databases[1]);
  await copyKeys(databases[0].superuserUrl, databases[1].superuserUrl);
  const b = await start(databases[1]);
  return {
    a,
    b,
    tick: (milliseconds) => {
      now += milliseconds;
    },
    async close() {
      await a.close();
      await b.close();
      for (const one of databases) await one.drop();
    },
  };
}

async function makeTables(databases: TestDatabases): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'diga-pair-'));
  const config = await testConfig(databases, directory);
  await (await openDatabases(config, pino({ level: 'silent' }))).close();
  await rm(directory, { recursive: true, force: true });
}

async function copyKeys(from: string, to: string): Promise<void> {
  const source = new pg.Client({ connectionString: from });
  const target = new pg.Client({ connectionString: to });
  await Promise.all([source.connect(), target.connect()]);
  try {
    const { rows } = await source.query<{ name: string; value: Buffer }>(
      'select name, value from server_setting',
    );
    for (const { name, value } of rows)
      await target.query('insert into server_setting (name, value) values ($1, $2)', [name, value]);
  } finally {
    await Promise.all([source.end(), target.end()]);
  }
}
