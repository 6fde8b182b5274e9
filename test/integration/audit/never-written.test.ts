import { gzipSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '@medplum/fhirtypes';
import type { Sent } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { exported, linesOf } from '../bulk/export-client.ts';

let server: TestServer;
let id = '';

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  await full.put('Observation/a1', observation('patient-a', { id: 'a1' }));
  await full.get('Observation/a1');
  const { rows } = await server.sql.query<{ seq: string }>(
    'select max(seq) as seq from audit_event',
  );
  expect(rows).toHaveLength(1);
  id = (await full.get('AuditEvent?_count=1')).json()['entry']?.[0]?.['resource']?.[
    'id'
  ] as unknown as string;
}, 60_000);
afterAll(() => server.close(), 30_000);

/** Everything in the ledger up to a row, as text. */
async function ledgerUntil(seq: string): Promise<string> {
  const { rows } = await server.sql.query<{ all: string }>(
    'select string_agg(a::text, chr(10) order by seq) as all from audit_event a where seq <= $1',
    [seq],
  );
  return rows[0]?.all ?? '';
}

const EVENT = {
  resourceType: 'AuditEvent',
  type: { code: 'rest' },
  recorded: '2026-01-01T00:00:00Z',
  agent: [{ requestor: true }],
  source: { observer: { display: 'x' } },
};
const body = (resource: object): Sent => ({ body: resource });
const call = (...parameter: object[]): Sent =>
  body({ resourceType: 'Parameters', ...(parameter.length === 0 ? {} : { parameter }) });
const meta = call({ name: 'meta', valueMeta: { tag: [{ system: 'urn:x', code: 'y' }] } });
const flag = (name: string) => ({ name, valueBoolean: true });

describe('[R-052] nobody writes AuditEvents, on any way, whatever their policy', () => {
  test.each<[string, () => readonly [string, string, Sent?], readonly number[]]>([
    [
      'conditional create',
      () => ['POST', 'AuditEvent', { ...body(EVENT), headers: { 'if-none-exist': `_id=${id}` } }],
      [405],
    ],
    [
      'update of one that is there',
      () => ['PUT', `AuditEvent/${id}`, body({ ...EVENT, id })],
      [405],
    ],
    ['conditional update', () => ['PUT', `AuditEvent?_id=${id}`, body(EVENT)], [405]],
    [
      'patch',
      () => [
        'PATCH',
        `AuditEvent/${id}`,
        {
          body: [{ op: 'remove', path: '/agent' }],
          headers: { 'content-type': 'application/json-patch+json' },
        },
      ],
      [405],
    ],
    [
      'conditional patch',
      () => [
        'PATCH',
        `AuditEvent?_id=${id}`,
        { body: [], headers: { 'content-type': 'application/json-patch+json' } },
      ],
      [405],
    ],
    ['delete', () => ['DELETE', `AuditEvent/${id}`], [405]],
    ['conditional delete', () => ['DELETE', `AuditEvent?_id=${id}`], [405]],
    ['$meta-add', () => ['POST', `AuditEvent/${id}/$meta-add`, meta], [404, 405]],
    ['$meta-delete', () => ['POST', `AuditEvent/${id}/$meta-delete`, meta], [404, 405]],
    [
      '$expunge of one',
      () => ['POST', `AuditEvent/${id}/$expunge`, call(flag('expungeEverything'))],
      [404, 405],
    ],
    [
      '$expunge of all',
      () => ['POST', 'AuditEvent/$expunge', call(flag('expungeDeletedResources'))],
      [404, 405],
    ],
    ['history', () => ['GET', `AuditEvent/${id}/_history`], [405]],
    ['history of all', () => ['GET', 'AuditEvent/_history'], [405]],
    ['vread', () => ['GET', `AuditEvent/${id}/_history/1`], [405]],
  ])('%s', async (_name, request, statuses) => {
    const head = await server.auditHead();
    const before = await ledgerUntil(head);
    const answer = await server
      .as('full')
      .send(...(request() as [string, string]), request()[2] ?? {});
    expect(statuses).toContain(answer.status);
    expect(await ledgerUntil(head)).toBe(before);
    expect((await server.as('full').get(`AuditEvent/${id}`)).status).toBe(200);
  });

  test('$expunge of the whole system leaves the ledger', async () => {
    const head = await server.auditHead();
    const before = await ledgerUntil(head);
    await server.as('full').delete('Observation/a1');
    const answer = await server
      .as('full')
      .post(
        '$expunge',
        call(flag('expungeDeletedResources'), flag('expungePreviousVersions')).body,
      );
    expect(answer.status).toBe(200);
    expect(await ledgerUntil(head)).toBe(before);
  });

  test('an import refuses each of them', async () => {
    const full = server.as('full');
    const line = `${JSON.stringify({ ...EVENT, id: 'imported' })}\n`;
    const started = await full.send('POST', '$import', {
      body: gzipSync(line),
      headers: {
        'content-type': 'application/fhir+ndjson',
        'content-encoding': 'gzip',
        prefer: 'respond-async',
      },
    });
    if (started.status === 202) {
      const status = started.headers.get('content-location') ?? '';
      for (let n = 0; n < 400 && (await full.get(status)).status === 202; n += 1) await sleep(25);
    }
    const { rows } = await server.sql.query(
      "select 1 from resource r join resource_type t on t.code = r.type where t.name = 'AuditEvent'",
    );
    expect(rows).toEqual([]);
    expect((await full.get('AuditEvent/imported')).status).toBe(404);
  });
});

describe('exporting the ledger', () => {
  test('[R-053] who sees all of it may export it by name; the export is on record and comes out whole', async () => {
    const full = server.as('full');
    const head = await server.auditHead();
    const manifest = await exported(full, '$export?_type=AuditEvent');
    const lines = await linesOf<AuditEvent>(full, manifest.output);
    expect(manifest.output.every(({ type }) => type === 'AuditEvent')).toBe(true);
    expect(lines.length).toBeGreaterThanOrEqual(Number(head) > 0 ? 20 : 1);
    expect(new Set(lines.map((event) => event.id)).size).toBe(lines.length);
    const found = await full.get('AuditEvent?_count=1&_sort=date');
    expect(lines[0]).toEqual(found.json()['entry']?.[0]?.['resource']);
    const recorded = (await server.audit(head)).filter(({ type }) => type === 'AuditEvent');
    expect(recorded.map(({ detail }) => detail)).toContain('File downloaded');
  });

  test('narrowed by date and filter', async () => {
    const full = server.as('full');
    const filter = encodeURIComponent('AuditEvent?action=D');
    const manifest = await exported(full, `$export?_type=AuditEvent&_typeFilter=${filter}`);
    const lines = await linesOf<AuditEvent>(full, manifest.output);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every(({ action }) => action === 'D')).toBe(true);
    const later = await exported(full, '$export?_type=AuditEvent&_since=2090-01-01T00:00:00Z');
    expect(later.output).toEqual([]);
  });

  test('an export that does not name it holds none of it', async () => {
    const manifest = await exported(server.as('full'), '$export');
    expect(manifest.output.map(({ type }) => type)).not.toContain('AuditEvent');
  });

  test('a patient, who sees their own part, cannot export it', async () => {
    const answer = await server
      .as('patient-a')
      .get('$export?_type=AuditEvent', { prefer: 'respond-async' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });
});
