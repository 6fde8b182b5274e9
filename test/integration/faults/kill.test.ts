import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Bundle } from '@medplum/fhirtypes';
import { fhirClient } from '../../support/fhir-client.ts';
import { tokenOf } from '../../support/identities.ts';
import { observation } from '../../support/resources.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

/** Kills; `FAULT_ROUNDS=20` for a long run. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 5);
/** Resources of each transaction. */
const SIZE = 40;

let databases: TestDatabases;
let server: ServerProcess;
let sql: pg.Client;

beforeAll(async () => {
  databases = await createTestDatabases();
  server = await startServerProcess(databases);
  sql = new pg.Client({ connectionString: databases.superuserUrl });
  await sql.connect();
}, 120_000);
afterAll(async () => {
  await server.close();
  await sql.end();
  await databases.drop();
}, 60_000);

/** Everything the clients were told before the server died. */
interface Told {
  readonly transactions: string[];
  readonly reads: string[];
}

/** Clients that write and read without pause until the server is gone. */
async function load(round: number, told: Told): Promise<void> {
  const full = fhirClient(`${server.url}/fhir`, tokenOf('full'));
  const writer = async (worker: number): Promise<void> => {
    for (let n = 0; ; n += 1) {
      const tag = `${round}-${worker}-${n}`;
      const entry = Array.from({ length: SIZE }, () => ({
        request: { method: 'POST', url: 'Observation' },
        resource: observation('patient-a', { identifier: [{ system: 'urn:round', value: tag }] }),
      }));
      const answer = await full.post(
        '',
        { resourceType: 'Bundle', type: 'transaction', entry },
        { 'x-request-id': tag },
      );
      if (answer.status !== 200) throw new Error(answer.text);
      told.transactions.push(tag);
    }
  };
  const reader = async (worker: number): Promise<void> => {
    for (let n = 0; ; n += 1) {
      const id = `r-${round}-${worker}-${n}`;
      const answer = await full.get('Patient/patient-a', { 'x-request-id': id });
      if (answer.status === 200) told.reads.push(id);
    }
  };
  // Each ends with the error of the connection that the kill breaks.
  await Promise.allSettled([writer(1), writer(2), reader(1), reader(2)]);
}

async function counts(column: string, from: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql.query<{ key: string; count: number }>(
    `select ${column} as key, count(*)::int as count from ${from} group by 1`,
  );
  return new Map(rows.map(({ key, count }) => [key, count]));
}

test(
  `[R-251] killed ${String(ROUNDS)} times in the middle of transactions: none is half there, nothing that was answered is lost or without its audit row`,
  async () => {
    const told: Told = { transactions: [], reads: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      const clients = load(round, told);
      await sleep(400 + Math.random() * 600);
      await server.kill();
      await clients;
      const start = performance.now();
      await server.start();
      const health = await fetch(`${server.url}/health`);
      expect(health.status).toBe(200);
      expect(performance.now() - start).toBeLessThan(30_000);
    }
    expect(told.transactions.length).toBeGreaterThan(ROUNDS);
    expect(told.reads.length).toBeGreaterThan(ROUNDS);

    const stored = await counts(
      "content::jsonb #>> '{identifier,0,value}'",
      "resource_version where content like '%urn:round%'",
    );
    expect([...new Set(stored.values())]).toEqual([SIZE]);
    const rows = await counts('request_id', 'audit_event');
    for (const tag of told.transactions) {
      expect([tag, stored.get(tag), rows.get(tag)]).toEqual([tag, SIZE, SIZE + 1]);
    }
    // The other way round: what is stored has its rows, whether or not somebody was told.
    for (const tag of stored.keys()) expect([tag, rows.get(tag)]).toEqual([tag, SIZE + 1]);
    for (const id of told.reads) expect([id, rows.get(id)]).toEqual([id, 1]);

    const full = fhirClient(`${server.url}/fhir`, tokenOf('full'));
    const found = await full.get('Observation?identifier=urn:round|0-1-0&_summary=count');
    expect(found.json<Bundle>().total).toBe(SIZE);
  },
  ROUNDS * 45_000,
);
