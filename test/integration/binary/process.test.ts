import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { openFileBlobStore } from '../../../src/blobs/file-store.ts';
import { sweepBlobs } from '../../../src/fhir/binary/sweep.ts';
import { openPostgres } from '../../../src/storage/postgres.ts';
import { tokenOf } from '../../support/identities.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

let databases: TestDatabases;
let server: ServerProcess;
let sql: pg.Client;

beforeAll(async () => {
  databases = await createTestDatabases();
  server = await startServerProcess(databases);
  sql = new pg.Client({ connectionString: databases.superuserUrl });
  await sql.connect();
}, 60_000);

afterAll(async () => {
  await sql.end();
  await server.close();
  await databases.drop();
}, 30_000);

const headers = {
  authorization: `Bearer ${tokenOf('full')}`,
  'content-type': 'application/octet-stream',
};

const MEGABYTE = 1_048_576;

/** Resident memory in megabytes. */
async function resident(): Promise<number> {
  const status = await readFile(`/proc/${String(server.pid())}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

async function* block(count: number): AsyncGenerator<Uint8Array> {
  const chunk = randomBytes(MEGABYTE);
  for (let index = 0; index < count; index += 1) {
    await Promise.resolve();
    yield chunk;
  }
}

async function upload(megabytes: number): Promise<string> {
  const response = await fetch(`${server.url}/fhir/Binary`, {
    method: 'POST',
    headers,
    body: Readable.toWeb(Readable.from(block(megabytes))),
    duplex: 'half',
  } as RequestInit);
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

async function files(): Promise<readonly string[]> {
  const entries = await readdir(join(server.directory, 'blobs'), {
    recursive: true,
    withFileTypes: true,
  });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** An upload that is killed in the middle: the server's end, or the client's. */
async function interrupted(how: () => Promise<void>): Promise<void> {
  const sending = request(`${server.url}/fhir/Binary`, { method: 'POST', headers });
  sending.on('error', () => undefined);
  const sent = randomBytes(3 * MEGABYTE);
  await new Promise<void>((resolve) => sending.write(sent, () => resolve()));
  for (let tries = 0; tries < 100 && (await files()).length === 0; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await files()).toHaveLength(1);
  await how();
  sending.destroy();
}

describe('a Binary larger than memory should hold', () => {
  test('200 MB go in and out while the memory of the process stays flat', async () => {
    await upload(8);
    const before = await resident();
    let most = before;
    const watch = setInterval(() => {
      void resident().then((now) => {
        most = Math.max(most, now);
      });
    }, 20);
    const id = await upload(200);
    const response = await fetch(`${server.url}/fhir/Binary/${id}`, { headers });
    let size = 0;
    for await (const chunk of response.body ?? []) size += (chunk as Uint8Array).length;
    const asResource = await fetch(`${server.url}/fhir/Binary/${id}`, {
      headers: { ...headers, accept: 'application/fhir+json' },
    });
    let characters = 0;
    for await (const chunk of asResource.body ?? []) characters += (chunk as Uint8Array).length;

    clearInterval(watch);
    expect(size).toBe(200 * MEGABYTE);
    expect(characters).toBeGreaterThan((size / 3) * 4);
    expect(most - before).toBeLessThan(150);
  }, 120_000);
});

describe('nothing of an upload that was broken off stays', () => {
  test('by the client: the part is removed at once, its row by the sweep; by SIGKILL: both by the sweep', async () => {
    await sql.query('truncate binary_blob');
    const blobs = await openFileBlobStore(join(server.directory, 'blobs'));
    await rm(join(server.directory, 'blobs', 'binary'), { recursive: true, force: true });
    expect(await files()).toEqual([]);

    await interrupted(() => Promise.resolve());
    for (let tries = 0; tries < 100 && (await files()).length > 0; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await files()).toEqual([]);

    await interrupted(() => server.kill());
    await server.start();
    expect(await files()).toHaveLength(1);

    // A blob that was whole while its version was not written: killed between the two.
    await sql.query(`insert into binary_blob (key, id) values ('binary/blost/x', 'lost')`);
    await blobs.write('binary/blost/x', block(1));
    const kept = await upload(1);

    const database = openPostgres({
      name: 'clinical',
      url: databases.urls.clinical.url,
      connections: 1,
      onIdleError: () => undefined,
    });
    const { rows } = await sql.query<{ code: number }>(
      `select code from resource_type where name = 'Binary'`,
    );
    const code = rows[0]?.code ?? 0;
    const { signal } = new AbortController();
    expect(await sweepBlobs(database, blobs, code, { signal })).toBe(0);
    expect(await sweepBlobs(database, blobs, code, { signal, grace: 0 })).toBe(3);
    expect(await files()).toHaveLength(1);
    // What was expunged goes as well.
    await sql.query(
      'delete from resource_version v using resource r where v.rid = r.rid and r.id = $1',
      [kept],
    );
    expect(await sweepBlobs(database, blobs, code, { signal, grace: 0 })).toBe(1);
    expect(await files()).toEqual([]);
    expect((await sql.query('select from binary_blob')).rowCount).toBe(0);
    await database.close();
  }, 60_000);
});
