import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import type { Role } from '../../support/identities.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  await full.put('Observation/a1', observation('patient-a', { id: 'a1' }));
  await full.put('Observation/b1', observation('patient-b', { id: 'b1' }));
}, 60_000);
afterAll(() => server.close(), 30_000);

type Ask = readonly [string, Role, Parameters<FhirClient['send']>, Row];
interface Row {
  readonly interaction: string;
  readonly outcome: number;
  readonly patient?: string | null;
  readonly rule?: RegExp;
  readonly rows?: number;
}

const patchOf = (value: string) => ({
  body: [{ op: 'replace', path: '/status', value }],
  headers: { 'content-type': 'application/json-patch+json' },
});
const bundle = (type: string, ...entry: object[]) => ({
  body: { resourceType: 'Bundle', type, entry },
});
const get = (url: string) => ({ request: { method: 'GET', url } });

const OWN = { outcome: 0, patient: 'patient-a', rule: /^patient#\d+/ } as const;
const CORPUS: readonly Ask[] = [
  ['read', 'patient-a', ['GET', 'Observation/a1'], { interaction: 'read', ...OWN }],
  ['read as HEAD', 'patient-a', ['HEAD', 'Observation/a1'], { interaction: 'read', ...OWN }],
  [
    'read that is not modified',
    'patient-a',
    ['GET', 'Observation/a1', { headers: { 'if-none-match': 'W/"1"' } }],
    { interaction: 'read', ...OWN },
  ],
  ['vread', 'patient-a', ['GET', 'Observation/a1/_history/1'], { interaction: 'vread', ...OWN }],
  [
    'history',
    'patient-a',
    ['GET', 'Observation/a1/_history'],
    { interaction: 'history-instance', ...OWN },
  ],
  ['search', 'patient-a', ['GET', 'Observation?_id=a1'], { interaction: 'search-type', ...OWN }],
  [
    'search that finds nothing',
    'patient-a',
    ['GET', 'Observation?_id=none'],
    { interaction: 'search-type', outcome: 0, patient: null },
  ],
  [
    'search by POST',
    'patient-a',
    [
      'POST',
      'Observation/_search',
      { body: '_id=a1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    { interaction: 'search-type', ...OWN },
  ],
  [
    'search over two patients',
    'full',
    ['GET', 'Observation?_id=a1,b1'],
    { interaction: 'search-type', outcome: 0, rows: 2 },
  ],
  [
    'create',
    'patient-a',
    ['POST', 'Observation', { body: observation('patient-a') }],
    { interaction: 'create', ...OWN },
  ],
  [
    'update',
    'patient-a',
    ['PUT', 'Observation/a1', { body: observation('patient-a', { id: 'a1', status: 'amended' }) }],
    { interaction: 'update', ...OWN },
  ],
  [
    'patch',
    'patient-a',
    ['PATCH', 'Observation/a1', patchOf('final')],
    { interaction: 'patch', ...OWN },
  ],
  [
    'patch without a change',
    'patient-a',
    ['PATCH', 'Observation/a1', patchOf('final')],
    { interaction: 'patch', ...OWN },
  ],
  [
    'delete of nothing',
    'full',
    ['DELETE', 'Observation/none'],
    { interaction: 'delete', outcome: 4, patient: null },
  ],
  [
    'delete',
    'full',
    ['DELETE', 'Observation/b1'],
    { interaction: 'delete', outcome: 0, patient: 'patient-b' },
  ],
  [
    'read of what was deleted',
    'full',
    ['GET', 'Observation/b1'],
    { interaction: 'read', outcome: 4, patient: null },
  ],
  [
    'read of what is not theirs',
    'patient-a',
    ['GET', 'Patient/patient-b'],
    // Whom the caller has named themself; an Observation of theirs would name nobody.
    { interaction: 'read', outcome: 4, patient: 'patient-b' },
  ],
  [
    'read of what belongs to somebody else',
    'patient-a',
    ['GET', 'Observation/b1'],
    { interaction: 'read', outcome: 4, patient: null },
  ],
  [
    'read of a type that no rule allows',
    'patient-a',
    ['GET', 'Practitioner/x'],
    { interaction: 'read', outcome: 8, patient: null },
  ],
  [
    'search of a type that no rule allows',
    'nobody',
    ['GET', 'Patient'],
    { interaction: 'search-type', outcome: 8 },
  ],
  [
    'create for somebody else',
    'patient-a',
    ['POST', 'Observation', { body: observation('patient-b') }],
    { interaction: 'create', outcome: 8, patient: null },
  ],
  [
    'create of something invalid',
    'patient-a',
    ['POST', 'Observation', { body: { resourceType: 'Observation' } }],
    { interaction: 'create', outcome: 4 },
  ],
  [
    'update with an outdated If-Match',
    'patient-a',
    [
      'PUT',
      'Observation/a1',
      { body: observation('patient-a', { id: 'a1' }), headers: { 'if-match': 'W/"77"' } },
    ],
    { interaction: 'update', outcome: 4 },
  ],
  [
    'batch',
    'patient-a',
    ['POST', '', bundle('batch', get('Observation/a1'), get('Patient/patient-b'))],
    { interaction: 'batch', outcome: 0, rows: 3 },
  ],
  [
    'transaction',
    'patient-a',
    [
      'POST',
      '',
      bundle(
        'transaction',
        { request: { method: 'POST', url: 'Observation' }, resource: observation('patient-a') },
        get('Observation/a1'),
      ),
    ],
    { interaction: 'transaction', outcome: 0, rows: 3 },
  ],
  [
    'reading the audit log',
    'patient-a',
    ['GET', 'AuditEvent'],
    { interaction: 'search-type', outcome: 0 },
  ],
];

describe('[R-043] every access has its row in the ledger when the response arrives', () => {
  test.each(CORPUS)('%s', async (_name, role, [method, path, sent = {}], expected) => {
    const id = `request-${Math.random().toString(36).slice(2)}`;
    const answer = await server
      .as(role)
      .send(method, path, { ...sent, headers: { ...sent.headers, 'x-request-id': id } });
    const rows = (await server.audit()).filter((row) => row.request_id === id);
    expect(answer.headers.get('x-request-id')).toBe(id);
    expect(rows).toHaveLength(expected.rows ?? 1);
    const row = rows.find(({ interaction }) => interaction === expected.interaction);
    expect(row).toBeDefined();
    expect(row?.outcome).toBe(expected.outcome);
    if ('patient' in expected) expect(row?.patient).toBe(expected.patient);
    if (expected.rule !== undefined) expect(row?.rule).toMatch(expected.rule);
  });

  test('[R-044] [R-045] [R-046] [R-047] the row names identity, operation, resource and rule', async () => {
    const before = await server.auditHead();
    await server.as('patient-a').get('Observation/a1');
    expect(await server.audit(before)).toEqual([
      expect.objectContaining({
        agent: 'Patient/patient-a',
        roles: 'patient',
        interaction: 'read',
        type: 'Observation',
        resource_id: 'a1',
        patient: 'patient-a',
        rule: expect.stringMatching(/^patient#\d+$/),
        purpose: 'PATRQT',
        client_id: 'test-app',
        token_id: 'jti-patient-a',
        outcome: 0,
      }),
    ]);
  });

  test('two hundred accesses at once leave two hundred rows', async () => {
    const before = await server.auditHead();
    const a = server.as('patient-a');
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        a.get(n % 3 === 0 ? 'Observation?_id=a1' : 'Observation/a1', {
          'x-request-id': `many-${n}`,
        }),
      ),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const ids = (await server.audit(before)).map(({ request_id }) => request_id);
    expect(ids).toHaveLength(200);
    expect(new Set(ids).size).toBe(200);
  });

  test('[R-122] the names a caller gives do not reach the row of a refused access as something the store knows', async () => {
    const before = await server.auditHead();
    await server.as('patient-a').get('Observation/b1');
    await server.as('patient-a').get('Observation/never');
    const [foreign, free] = (await server.audit(before)).map((row) => ({
      ...row,
      seq: '',
      recorded: '',
      request_id: '',
      resource_id: '',
    }));
    expect(foreign).toEqual(free);
  });
});
