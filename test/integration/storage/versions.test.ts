import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
}, 60_000);
afterAll(() => server.close(), 30_000);

const patient = (id: string, more: object): object => ({
  resourceType: 'Patient',
  id,
  name: [{ family: 'Müller' }],
  ...more,
});

/** Rows of a table that belong to a resource, with the transaction that wrote each. */
async function rows(table: string, id: string): Promise<readonly object[]> {
  const found = await server.sql.query(
    `select x.*, x.xmin::text as written from ${table} x join resource r using (rid) where r.id = $1 order by x.ctid`,
    [id],
  );
  return found.rows as readonly object[];
}

async function updates(): Promise<{ readonly all: number; readonly hot: number }> {
  const { rows: found } = await server.sql.query(
    `select n_tup_upd::int as "all", n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = 'resource'`,
  );
  return found[0] as { all: number; hot: number };
}

describe('what a new version writes', () => {
  // First of all: the counters of PostgreSQL lag behind, and others update too.
  test('an update that changes no search value touches no index', async () => {
    await full.put('Patient/hot', patient('hot', {}));
    const before = await updates();
    let after = before;
    // PostgreSQL counts with a delay, and tells at a later commit.
    for (let version = 1; version < 40 && after.all <= before.all; version += 1) {
      await full.put('Patient/hot', patient('hot', { multipleBirthInteger: version }));
      await pause(300);
      after = await updates();
    }
    expect(after.all).toBeGreaterThan(before.all);
    expect(after.hot - before.hot).toBe(after.all - before.all);
  }, 30_000);

  test('versions are added and never changed', async () => {
    await full.put('Patient/added', patient('added', { active: true }));
    const [first] = await rows('resource_version', 'added');
    await full.put('Patient/added', patient('added', { active: false }));
    await full.delete('Patient/added');
    const all = await rows('resource_version', 'added');
    expect(all).toHaveLength(3);
    expect(all[0]).toEqual(first);
    expect(all[2]).toMatchObject({ version: 3, deleted: true, content: '', patients: '' });
  });

  test('index rows are written anew only where they differ', async () => {
    await full.put('Patient/kept', patient('kept', { multipleBirthInteger: 1 }));
    const before = await rows('resource_string', 'kept');
    expect(before).not.toHaveLength(0);
    await full.put('Patient/kept', patient('kept', { multipleBirthInteger: 2 }));
    expect(await rows('resource_string', 'kept')).toEqual(before);
    await full.put('Patient/kept', patient('kept', { name: [{ family: 'Meier' }] }));
    expect(await rows('resource_string', 'kept')).not.toEqual(before);
    const found = async (family: string): Promise<string> =>
      (await full.get(`Patient?family=${family}&_id=kept`)).text;
    expect(await found('meier')).toContain('"kept"');
    expect(await found('müller')).not.toContain('"entry"');
    await full.delete('Patient/kept');
    expect(await rows('resource_string', 'kept')).toEqual([]);
  });
});
