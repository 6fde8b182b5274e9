import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { botFolder } from '../bots/bot-folder.ts';
import { exported, linesOf } from '../bulk/export-client.ts';
import type { FhirClient } from '../../support/fhir-client.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

/** What stands in no table once the resource is gone. */
const ID = 'expunge-me-7261';
const WORD = 'Quarkstrudel7261';

let server: TestServer;
let receiver: Receiver;
let directory: string;
let full: FhirClient;

beforeAll(async () => {
  receiver = await startReceiver();
  receiver.answer = (_, response) => response.writeHead(503).end();
  directory = await botFolder({
    fails: {
      handler: 'throw new Error("as it should");',
      manifest: { triggers: [{ subscription: 'Observation?status=preliminary' }] },
    },
  });
  server = await startTestServer({
    bots: directory,
    settings: [`subscriptions.privateDestinations=${receiver.host}`],
  });
  full = server.as('full');
  const subscription = await full.put('Subscription/waits', {
    resourceType: 'Subscription',
    id: 'waits',
    status: 'active',
    reason: 'test',
    criteria: 'Observation?',
    channel: {
      type: 'rest-hook',
      endpoint: `${receiver.url}/waits`,
      payload: 'application/fhir+json',
    },
  });
  if (subscription.status !== 201) throw new Error(subscription.text);
}, 60_000);
afterAll(async () => {
  await server.close();
  await receiver.close();
  await rm(directory, { recursive: true });
}, 60_000);

describe('HAPI $expunge: nothing is left of a resource', () => {
  test.each([
    ['of one that was deleted', true, 'expungeDeletedResources'],
    ['of one that is there', false, 'expungeEverything'],
  ])(
    '%s, in any table, search, history or export',
    async (_, isDeleted, flag) => {
      await write();
      if (isDeleted) expect((await full.delete(`Observation/${ID}`)).status).toBe(200);
      await settled();
      // The check is able to fail: before, the id and the word stand in many places.
      expect(await tablesWith(ID)).toEqual(
        expect.arrayContaining([
          'diga_job',
          'reindex_job',
          'resource',
          'resource_version',
          'subscription_event',
        ]),
      );
      expect(await tablesWith(WORD)).toContain('resource_version');
      const { rows } = await server.sql.query<{ rid: string }>(
        'select rid from resource where id = $1',
        [ID],
      );
      const rid = rows[0]?.rid ?? '';
      expect(await tablesOf(rid)).toEqual(
        expect.arrayContaining(['former_compartment', 'resource_version']),
      );

      const answer = await full.post(`Observation/${ID}/$expunge`, {
        resourceType: 'Parameters',
        parameter: [{ name: flag, valueBoolean: true }],
      });
      expect(answer.status).toBe(200);
      expect(await tablesWith(ID)).toEqual([]);
      expect(await tablesWith(WORD)).toEqual([]);
      expect(await tablesOf(rid)).toEqual([]);

      for (const path of [
        `Observation/${ID}`,
        `Observation/${ID}/_history/1`,
        `Observation/${ID}/_history`,
      ])
        expect((await full.get(path)).status).toBe(404);
      for (const query of [
        `_id=${ID}`,
        `_content=${WORD}`,
        `_text=${WORD}`,
        `code:text=${WORD}`,
        `_tag=${WORD}`,
        'code-value-quantity=http://loinc.org|29463-7$7261',
      ])
        expect((await full.get(`Observation?${query}`)).json<Bundle>().entry ?? []).toEqual([]);
      for (const path of ['Observation/_history', '_history'])
        expect((await full.get(`${path}?_count=100`)).text).not.toContain(ID);
      const { output, deleted } = await exported(
        full,
        '$export?_type=Observation&_since=2020-01-01T00:00:00Z',
      );
      const lines = await linesOf<Resource>(full, [...output, ...deleted]);
      expect(JSON.stringify(lines)).not.toContain(ID);
      await full.delete(output[0]?.url.replace(/\/\d+$/, '') ?? '');
    },
    60_000,
  );

  test('with its last superseded version a resource forgets in whose compartment it was', async () => {
    await full.put('Observation/stays', { ...observation('patient-a'), id: 'stays' });
    await full.put('Observation/stays', { ...observation('patient-b'), id: 'stays' });
    const former = 'select 1 from former_compartment f join resource r using (rid) where r.id = $1';
    expect((await server.sql.query(former, ['stays'])).rowCount).toBe(1);
    await full.post('Observation/stays/$expunge', {
      resourceType: 'Parameters',
      parameter: [{ name: 'expungePreviousVersions', valueBoolean: true }],
    });
    expect((await server.sql.query(former, ['stays'])).rowCount).toBe(0);
    expect((await full.get('Observation/stays')).status).toBe(200);
  });
});

/** A resource that leaves traces wherever one can: index, words, composites, former compartments, outbox, jobs. */
async function write(): Promise<void> {
  const of = (patient: string, more: object = {}): object => ({
    ...observation(patient, { status: 'preliminary', ...more }),
    id: ID,
    meta: { tag: [{ system: 'urn:test', code: WORD, display: WORD }] },
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${WORD}</div>` },
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }], text: WORD },
    valueQuantity: { value: 7261, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  });
  for (const resource of [of('patient-a'), of('patient-b', { note: [{ text: WORD }] })]) {
    const answer = await full.put(`Observation/${ID}`, resource);
    if (answer.status >= 300) throw new Error(answer.text);
  }
  const run = await full.post(`Observation/${ID}/$reindex`, { resourceType: 'Parameters' });
  if (run.status >= 300) throw new Error(run.text);
}

/** Until what the writes started has failed, and waits for a turn that does not come while the test runs. */
async function settled(): Promise<void> {
  for (let n = 0; n < 400; n += 1) {
    const { rows } = await server.sql.query<{ name: string }>(
      `update diga_job set run_at = now() + interval '1 hour'
        where runner is null and name in ('bot/run', 'subscription/deliver') returning name`,
    );
    const running = await server.sql.query(
      "select 1 from diga_job where runner is not null and name in ('bot/run', 'subscription/deliver')",
    );
    const names = new Set(rows.map(({ name }) => name));
    if (names.size === 2 && running.rowCount === 0) return;
    await sleep(25);
  }
  throw new Error('The jobs do not come to rest');
}

/** Tables in which a text stands; the ledger, which names what was accessed, is not one of them. */
async function tablesWith(text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of await tables()) {
    if (table.startsWith('audit_event')) continue;
    const { rowCount } = await server.sql.query(
      `select 1 from ${table} t where t::text ilike '%' || $1 || '%' limit 1`,
      [text],
    );
    if (rowCount === 1) found.push(table);
  }
  return found;
}

/** Tables with rows of a row number. */
async function tablesOf(rid: string): Promise<readonly string[]> {
  const { rows } = await server.sql.query<{ name: string }>(
    `select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'rid' order by 1`,
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const { rowCount } = await server.sql.query(`select 1 from ${name} where rid = $1 limit 1`, [
      rid,
    ]);
    if (rowCount === 1) found.push(name);
  }
  return found;
}

async function tables(): Promise<readonly string[]> {
  const { rows } = await server.sql.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  return rows.map(({ name }) => name);
}
