import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { migrate } from '../../../src/storage/migrate.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.ts';

let fresh: FreshDatabase;
let directory: string;

beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(async () => {
  await fresh.drop();
});
beforeEach(async () => {
  await fresh.owner(async (client) => {
    await client.query('drop schema public cascade; create schema public');
  });
  directory = await mkdtemp(join(tmpdir(), 'diga-migrations-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function file(name: string, sql: string): Promise<void> {
  await writeFile(join(directory, name), sql);
}

async function run(area = 'test'): Promise<readonly string[]> {
  return await fresh.owner(
    async (connection) =>
      await migrate({ connection, directory, area, runtimeRole: fresh.runtimeRole }),
  );
}

async function asRuntime(sql: string): Promise<unknown> {
  const client = new Client(fresh.runtimeUrl);
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

describe('migrations', () => {
  test('apply in order, once, and the runtime role may use what they make', async () => {
    await file(
      '000001_first.sql',
      'create table a (id bigint generated always as identity, b int)',
    );
    await file('000002_second.sql', 'alter table a add column c int');
    expect(await run()).toEqual(['000001_first.sql', '000002_second.sql']);
    expect(await run()).toEqual([]);
    await file('000003_third.sql', 'create table d (e int)');
    expect(await run()).toEqual(['000003_third.sql']);
    await asRuntime('insert into a (b, c) values (1, 2); update a set b = 2; delete from a');
    await expect(asRuntime('create table mine (x int)')).rejects.toThrow('permission denied');
    await expect(asRuntime('delete from diga_migration')).rejects.toThrow('permission denied');
  });

  test('a migration can take rights away from the runtime role by its psql variable', async () => {
    await file(
      '000001_ledger.sql',
      'create table ledger (a int); revoke update, delete on ledger from :"runtime_role"',
    );
    await run();
    await asRuntime('insert into ledger values (1)');
    await expect(asRuntime('delete from ledger')).rejects.toThrow('permission denied');
  });

  test('areas count for themselves', async () => {
    await file('000001_first.sql', 'create table if not exists a (b int)');
    await run('one');
    expect(await run('two')).toEqual(['000001_first.sql']);
  });

  test('a failing one is rolled back as a whole, the ones before it stay', async () => {
    await file('000001_first.sql', 'create table a (b int)');
    await file('000002_second.sql', 'create table c (d int); select 1/0');
    await expect(run()).rejects.toMatchObject({ name: 'MigrationError', code: 'MIGRATION_FAILED' });
    await file('000002_second.sql', 'create table c (d int)');
    expect(await run()).toEqual(['000002_second.sql']);
  });

  test('four nodes that start at once apply each migration once', async () => {
    await file('000001_first.sql', 'select pg_sleep(0.1); create table a (b int)');
    await file('000002_second.sql', 'insert into a values (1)');
    const results = await Promise.all([run(), run(), run(), run()]);
    expect(results.filter((applied) => applied.length > 0)).toHaveLength(1);
    const result = await fresh.owner(async (client) => await client.query('select b from a'));
    expect(result.rows).toEqual([{ b: 1 }]);
  });

  test.each([
    ['MIGRATION_CHANGED', '000001_first.sql', 'create table a (b int); -- edited'],
    ['MIGRATION_NAME_INVALID', '2-second.sql', 'select 1'],
    ['MIGRATION_NUMBER_TAKEN', '000001_other.sql', 'select 1'],
    ['MIGRATION_NUMBER_MISSING', '000003_third.sql', 'select 1'],
  ])('%s is refused', async (code, name, sql) => {
    await file('000001_first.sql', 'create table a (b int)');
    await run();
    await file(name, sql);
    await expect(run()).rejects.toMatchObject({ code });
  });

  test('a database that is newer than the server is refused', async () => {
    await file('000001_first.sql', 'create table a (b int)');
    await run();
    await rm(join(directory, '000001_first.sql'));
    await expect(run()).rejects.toMatchObject({ code: 'MIGRATION_UNKNOWN' });
  });
});
