import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { EmbeddedPostgres } from '../../../src/postgres/embedded.ts';
import { startEmbeddedPostgres } from '../../../src/postgres/embedded.ts';
import { runningEmbedded } from '../../../src/postgres/running-embedded.ts';
import { sql } from './server-process.ts';

const log = pino({ level: 'silent' });
let folder: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diga-embedded-'));
  postgres = await startEmbeddedPostgres({ dataDirectory: folder, log });
}, 60_000);

afterAll(async () => {
  await postgres.close();
  await rm(folder, { recursive: true, force: true });
});

describe('commands on the same machine', () => {
  test('reach the databases of a server that runs, whoever PostgreSQL runs as', async () => {
    const found = await runningEmbedded(folder);
    expect(found).toEqual(postgres.urls);
    expect(await sql(found?.accounts.url ?? '', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await runningEmbedded(join(folder, 'nothing'))).toBeUndefined();
  });
});

describe('roles of the three databases', () => {
  test.each(['clinical', 'accounts', 'billing'] as const)(
    'the runtime role of %s reads and writes rows and creates nothing',
    async (area) => {
      const { url, ownerUrl } = postgres.urls[area];
      await sql(ownerUrl, 'CREATE TABLE probe (id bigserial PRIMARY KEY, text text)');
      await sql(url, "INSERT INTO probe (text) VALUES ('a')");
      await sql(url, "UPDATE probe SET text = 'b'");
      expect(await sql(url, 'SELECT text FROM probe')).toEqual([{ text: 'b' }]);
      for (const statement of [
        'CREATE TABLE other (id int)',
        'ALTER TABLE probe ADD other int',
        'TRUNCATE probe',
        'DROP TABLE probe',
        'CREATE TEMPORARY TABLE other (id int)',
        'CREATE SCHEMA other',
        'CREATE ROLE other',
        `GRANT ALL ON probe TO PUBLIC`,
        'SET ROLE diga_admin',
        "SELECT pg_read_file('postgresql.conf')",
      ]) {
        const outcome = sql(url, statement);
        if (statement.startsWith('GRANT')) await outcome;
        else await expect(outcome).rejects.toThrow(/permission denied|must be owner/);
      }
      expect(
        await sql(
          url,
          "SELECT count(*)::int AS n FROM information_schema.table_privileges WHERE table_name = 'probe' AND grantee = 'PUBLIC'",
        ),
      ).toEqual([{ n: 0 }]);
    },
  );

  test.each([
    ['clinical', 'accounts'],
    ['accounts', 'billing'],
    ['billing', 'clinical'],
  ] as const)('neither role of %s enters the database of %s', async (own, other) => {
    for (const url of [postgres.urls[own].url, postgres.urls[own].ownerUrl]) {
      const foreign = url.replace(/\/diga_\w+$/, `/diga_${other}`);
      await expect(sql(foreign, 'SELECT 1')).rejects.toThrow(
        /permission denied for database|no pg_hba/,
      );
    }
  });

  test('the owner role creates the extensions that search needs', async () => {
    const { ownerUrl } = postgres.urls.clinical;
    await sql(ownerUrl, 'CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin');
    expect(await sql(ownerUrl, "SELECT similarity('abc', 'abc') AS s")).toEqual([{ s: 1 }]);
  });

  test('a wrong password is refused, also by the superuser', async () => {
    const wrong = postgres.urls.clinical.url.replace(/:[^:@]+@/, ':wrong@');
    await expect(sql(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed');
    const admin = wrong.replace('diga_clinical:', 'diga_admin:');
    await expect(sql(admin, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });
});

describe('the cluster', () => {
  test('text orders by code point and upper case goes beyond ASCII, whatever the locale of the machine', async () => {
    expect(
      await sql(
        postgres.urls.clinical.url,
        "SELECT array_to_string(array_agg(x ORDER BY x), '') AS ordered, lower('ÄÖÜ') AS lower FROM unnest(ARRAY['b', 'A', 'a', 'B', 'ä']) AS x",
      ),
    ).toEqual([{ ordered: 'ABabä', lower: 'äöü' }]);
  });

  test('commits are durable and nothing listens on the network', async () => {
    const rows = await sql(
      postgres.urls.clinical.url,
      "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'listen_addresses') ORDER BY name",
    );
    expect(rows).toEqual([
      { name: 'data_checksums', setting: 'on' },
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'listen_addresses', setting: '' },
      { name: 'synchronous_commit', setting: 'on' },
    ]);
  });

  test('passwords lie in a file that only we read, and in no setting or process title', async () => {
    const file = join(folder, 'postgres/credentials.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, 'utf8');
    expect(new Set(text.match(/[\w-]{43}/g)).size).toBe(7);
  });

  test('a second server on the same folder is refused and does no harm', async () => {
    await expect(startEmbeddedPostgres({ dataDirectory: folder, log })).rejects.toMatchObject({
      code: 'POSTGRES_IN_USE',
    });
    expect(await sql(postgres.urls.clinical.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('other ways to start', () => {
  test('a folder deeper than a socket path may be long, and TCP beside the socket', async () => {
    const deep = join(folder, 'x'.repeat(100));
    await mkdir(deep);
    const port = 20_000 + (process.pid % 10_000);
    const other = await startEmbeddedPostgres({ dataDirectory: deep, log, port });
    try {
      const { url } = other.urls.billing;
      expect(await sql(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      const tcp = url.replace(/@[^/]+/, `@127.0.0.1:${port}`);
      expect(await sql(tcp, 'SELECT 2 AS two')).toEqual([{ two: 2 }]);
    } finally {
      await other.close();
    }
    await rm(deep, { recursive: true });
  }, 60_000);

  test('data of another major version are refused and left alone', async () => {
    const other = join(folder, 'old');
    const data = join(other, 'postgres/data');
    await mkdir(data, { recursive: true });
    await writeFile(join(data, 'PG_VERSION'), '17\n');
    await writeFile(join(other, 'postgres/complete'), '17.9.0\n');
    await expect(startEmbeddedPostgres({ dataDirectory: other, log })).rejects.toMatchObject({
      code: 'POSTGRES_VERSION_MISMATCH',
    });
    expect(await readFile(join(data, 'PG_VERSION'), 'utf8')).toBe('17\n');
  });

  test('a damaged password file is refused without quoting it', async () => {
    const other = join(folder, 'damaged');
    await mkdir(join(other, 'postgres'), { recursive: true });
    await writeFile(join(other, 'postgres/credentials.json'), '{"admin":"hush');
    const failure = startEmbeddedPostgres({ dataDirectory: other, log });
    await expect(failure).rejects.toMatchObject({ code: 'POSTGRES_CREDENTIALS_INVALID' });
    await expect(failure).rejects.not.toThrow('hush');
  });
});
