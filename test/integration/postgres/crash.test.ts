import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isAlive, waitUntil } from '../../../src/postgres/proc.ts';
import {
  kill,
  postmasterOf,
  processesWith,
  type ServerProcess,
  sql,
  startServerProcess,
} from './server-process.ts';

let folder: string;
let server: ServerProcess;
let written = 0;

/** Commits a row; it must be there ever after. */
async function write(): Promise<void> {
  written += 1;
  await sql(server.urls.clinical.ownerUrl, `INSERT INTO kept VALUES (${written})`);
}

async function expectAllKept(): Promise<void> {
  const rows = await sql(server.urls.clinical.url, 'SELECT count(*)::int AS n FROM kept');
  expect(rows).toEqual([{ n: written }]);
}

async function watchdogOf(postmaster: number): Promise<number> {
  const [pid] = await processesWith('diga-server-watchdog', String(postmaster));
  if (pid === undefined) throw new Error(`no watchdog of ${postmaster}`);
  return pid;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diga-crash-'));
  server = await startServerProcess(folder);
  await sql(server.urls.clinical.ownerUrl, 'CREATE TABLE kept (id int PRIMARY KEY)');
}, 60_000);

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

const linux = process.platform === 'linux' ? test : test.skip;
const where = process.platform === 'linux' ? '' : ' (skipped: needs Linux)';

describe(`embedded PostgreSQL under kill -9${where}`, () => {
  linux(
    'the parent killed: the server stops by itself, and the next start has the data',
    async () => {
      await write();
      await kill(server.child);
      expect(await waitUntil(() => !isAlive(server.postmaster), 10_000)).toBe(true);
      server = await startServerProcess(folder);
      await expectAllKept();
    },
    60_000,
  );

  linux(
    'parent and watchdog killed: the next start ends the orphan and has the data',
    async () => {
      await write();
      const orphan = server.postmaster;
      process.kill(await watchdogOf(orphan), 'SIGKILL');
      await kill(server.child);
      expect(isAlive(orphan)).toBe(true);
      server = await startServerProcess(folder);
      expect(isAlive(orphan)).toBe(false);
      await expectAllKept();
    },
    60_000,
  );

  linux(
    'everything killed at once: the next start replays the log and has the data',
    async () => {
      await write();
      const all = [await watchdogOf(server.postmaster), server.postmaster];
      for (const pid of all) process.kill(pid, 'SIGKILL');
      await kill(server.child);
      server = await startServerProcess(folder);
      await expectAllKept();
    },
    60_000,
  );

  linux(
    'the server killed under a running parent: it is started again at the same address',
    async () => {
      await write();
      const killed = server.postmaster;
      process.kill(killed, 'SIGKILL');
      const back = await waitUntil(
        () =>
          sql(server.urls.clinical.url, 'SELECT 1').then(
            () => true,
            () => false,
          ),
        20_000,
      );
      expect(back).toBe(true);
      expect(await postmasterOf(folder)).not.toBe(killed);
      await expectAllKept();
    },
    60_000,
  );

  linux(
    'a stale postmaster.pid that names an innocent process harms neither start nor process',
    async () => {
      await server.stop();
      const file = join(folder, 'postgres/data/postmaster.pid');
      await writeFile(file, `${process.ppid}\n/nowhere\n0\n5432\n\n\n\nready\n`);
      server = await startServerProcess(folder);
      expect(await postmasterOf(folder)).not.toBe(process.ppid);
      await expectAllKept();
    },
    60_000,
  );

  linux(
    'an owner file whose process number now belongs to somebody else is taken over',
    async () => {
      await server.stop();
      const file = join(folder, 'postgres/owner.json');
      await writeFile(file, JSON.stringify({ pid: process.pid, startedAt: '1' }));
      server = await startServerProcess(folder);
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: server.child.pid });
    },
    60_000,
  );

  linux(
    'a first start that was cut short is begun anew',
    async () => {
      const other = await mkdtemp(join(tmpdir(), 'diga-crash-'));
      await mkdir(join(other, 'postgres/data'), { recursive: true });
      await writeFile(join(other, 'postgres/data/PG_VERSION'), '18\n');
      const second = await startServerProcess(other);
      expect(await sql(second.urls.billing.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await second.stop();
      await rm(other, { recursive: true });
    },
    60_000,
  );
});
