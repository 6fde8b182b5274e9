import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CORE_OPERATIONS } from '../../../src/fhir/operations/core-operations.ts';
import type { Route } from '../../../src/fhir/route.ts';
import type { Answer, Sent } from '../../support/fhir-client.ts';
import type { Role } from '../../support/identities.ts';
import { observation } from '../../support/resources.ts';
import { type LedgerRow, startTestServer, type TestServer } from '../../support/server.ts';

/** A row with all of its columns. */
type Row = LedgerRow & {
  readonly roles: string | null;
  readonly purpose: string | null;
  readonly client_id: string | null;
  readonly token_id: string | null;
  readonly network: string | null;
  readonly security_type: string | null;
};

type Request = readonly [method: string, path: string, sent?: Sent];

const parameters = (...parameter: object[]): Sent => ({
  body: { resourceType: 'Parameters', ...(parameter.length === 0 ? {} : { parameter }) },
});
const form = (body: string): Sent => ({
  body,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});
const ASYNC = { headers: { prefer: 'respond-async' } };
const PATCH = {
  body: [{ op: 'replace', path: '/status', value: 'final' }],
  headers: { 'content-type': 'application/json-patch+json' },
};
const UNKNOWN_JOB = '3f0f7cc4-5a0f-4a4f-8a5c-0f3f6c1d2e3f';

/** A request of every kind of route; the compiler knows when one is missing. Null: answered without data, on purpose. */
const ROUTES: Readonly<Record<Route['kind'], Request | null>> = {
  capabilities: null,
  bundle: ['POST', '', { body: { resourceType: 'Bundle', type: 'batch', entry: [] } }],
  read: ['GET', 'Observation/o1'],
  vread: ['GET', 'Observation/o1/_history/1'],
  history: ['GET', 'Observation/o1/_history'],
  create: ['POST', 'Observation', { body: observation('patient-a') }],
  update: ['PUT', 'Observation/o1', { body: observation('patient-a', { id: 'o1' }) }],
  patch: ['PATCH', 'Observation/o1', PATCH],
  delete: ['DELETE', 'Observation/o2'],
  search: ['GET', 'Observation?code=29463-7'],
  'search-system': ['GET', '?_type=Observation&code=29463-7'],
  'search-compartment': ['GET', 'Patient/patient-a/Observation'],
  'history-type': ['GET', 'Observation/_history'],
  'history-system': ['GET', '_history'],
  'conditional-update': ['PUT', 'Observation?_id=o1', { body: observation('patient-a') }],
  'conditional-patch': ['PATCH', 'Observation?_id=o1', PATCH],
  'conditional-delete': ['DELETE', 'Observation?_id=o3'],
  'export-status': ['GET', `bulkdata/export/${UNKNOWN_JOB}`],
  'export-cancel': ['DELETE', `bulkdata/export/${UNKNOWN_JOB}`],
  'export-file': ['GET', `bulkdata/export/${UNKNOWN_JOB}/1`],
  'import-status': ['GET', `bulkdata/import/${UNKNOWN_JOB}`],
  'import-cancel': ['DELETE', `bulkdata/import/${UNKNOWN_JOB}`],
  'import-file': ['GET', `bulkdata/import/${UNKNOWN_JOB}/1`],
  'job-status': ['GET', `job/${UNKNOWN_JOB}/status`],
  'job-cancel': ['DELETE', `job/${UNKNOWN_JOB}/status`],
  operation: ['GET', '$get-resource-counts'],
};

const FRAGMENT = { name: 'meta', valueMeta: { tag: [{ system: 'urn:x', code: 'y' }] } };
const COLOURS = 'http://hl7.org/fhir/administrative-gender';
const COLOUR_SET = 'http://hl7.org/fhir/ValueSet/administrative-gender';

/** A call of every operation of the host, by name. */
const OPERATIONS: Readonly<Record<string, Request>> = {
  'access-log': ['GET', 'Patient/patient-a/$access-log'],
  'audit-checkpoint': ['GET', '$audit-checkpoint'],
  'audit-keys': ['GET', '$audit-keys'],
  check: ['POST', 'AccessPolicy/$check', { body: { resourceType: 'AccessPolicy' } }],
  deploy: ['POST', 'Bot/b1/$deploy', { body: { code: 'exports.handler = () => 1;' } }],
  runs: ['GET', 'Bot/b1/$runs'],
  explain: ['GET', '$explain?url=Patient/patient-a'],
  'consistency-proof': ['GET', '$consistency-proof?from=0&to=0'],
  'inclusion-proof': ['GET', `AuditEvent/${'0'.repeat(32)}/$inclusion-proof`],
  everything: ['GET', 'Patient/patient-a/$everything'],
  expand: ['GET', `ValueSet/$expand?url=${COLOUR_SET}`],
  'expand-profile': [
    'GET',
    'StructureDefinition/$expand-profile?url=http://hl7.org/fhir/StructureDefinition/bp',
  ],
  export: ['GET', '$export?_type=Observation', ASYNC],
  expunge: [
    'POST',
    '$expunge',
    parameters({ name: 'expungeDeletedResources', valueBoolean: true }),
  ],
  'get-resource-counts': ['GET', '$get-resource-counts'],
  'get-ws-binding-token': ['GET', 'Subscription/s1/$get-ws-binding-token'],
  jobs: ['GET', '$jobs'],
  graphql: ['POST', '$graphql', { body: { query: '{ ObservationList { id } }' } }],
  import: [
    'POST',
    '$import',
    {
      ...parameters(
        { name: 'inputFormat', valueCode: 'application/fhir+ndjson' },
        {
          name: 'input',
          part: [
            { name: 'type', valueCode: 'Observation' },
            { name: 'url', valueUrl: 'Binary/none' },
          ],
        },
      ),
      ...ASYNC,
    },
  ],
  lastn: ['GET', 'Observation/$lastn?patient=patient-a&code=29463-7'],
  lookup: ['GET', `CodeSystem/$lookup?system=${COLOURS}&code=male`],
  'meta-add': ['POST', 'Observation/o1/$meta-add', parameters(FRAGMENT)],
  'meta-delete': ['POST', 'Observation/o1/$meta-delete', parameters(FRAGMENT)],
  meta: ['GET', 'Observation/$meta'],
  reindex: ['POST', '$reindex', parameters()],
  stats: [
    'GET',
    'Observation/$stats?subject=Patient/patient-a&code=29463-7&system=http://loinc.org&statistic=count&duration=24',
  ],
  subsumes: ['GET', `CodeSystem/$subsumes?system=${COLOURS}&codeA=male&codeB=female`],
  translate: ['GET', `ConceptMap/$translate?url=urn:none&system=${COLOURS}&code=male`],
  validate: ['POST', 'Observation/$validate', { body: observation('patient-a') }],
  'validate-code': ['GET', `ValueSet/$validate-code?url=${COLOUR_SET}&system=${COLOURS}&code=male`],
};

/** Refused to somebody without a policy: those that show nothing of the store are for everybody with a token. */
const OPEN = new Set([
  'bundle',
  'expand',
  'expand-profile',
  'lookup',
  'subsumes',
  'validate-code',
  'validate',
  'translate',
  'meta',
  'graphql',
]);

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  for (const id of ['o1', 'o2', 'o3'])
    await full.put(`Observation/${id}`, observation('patient-a', { id }));
  await full.put('Subscription/s1', {
    resourceType: 'Subscription',
    id: 's1',
    status: 'requested',
    reason: 'test',
    criteria: 'Observation?',
    channel: { type: 'websocket' },
  });
}, 60_000);
afterAll(() => server.close(), 30_000);

async function asked(
  role: Role,
  [method, path, sent = {}]: Request,
): Promise<{ readonly answer: Answer; readonly rows: readonly Row[] }> {
  const id = `uniform-${Math.random().toString(36).slice(2)}`;
  const headers = { ...sent.headers, 'x-request-id': id };
  const answer = await server.as(role).send(method, path, { ...sent, headers });
  const rows = (await server.audit()).filter(({ request_id }) => request_id === id);
  return { answer, rows: rows as unknown as readonly Row[] };
}

/** What every row says, whatever was asked for. */
function expectAttributed(rows: readonly Row[], agent: string, roles: string): void {
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    expect(row).toMatchObject({ agent, roles, client_id: 'test-app', network: '127.0.0.1' });
    expect(row.token_id).toMatch(/^jti-/);
    expect(row.purpose).not.toBeNull();
  }
}

describe.each([
  ['route', ROUTES],
  ['operation', OPERATIONS],
])('[R-048] [R-051] [R-143] every %s', (kind, table) => {
  const cases = Object.entries(table).filter(
    (entry): entry is [string, Request] => entry[1] !== null,
  );

  test.each(cases)(
    '[R-102] %s, allowed: rows with who, role, what, why, where from',
    async (name, request) => {
      const { answer, rows } = await asked('full', request);
      expect(answer.status).toBeLessThan(500);
      expectAttributed(rows, 'ClientApplication/full', 'full');
      const wanted = answer.status < 400 ? 0 : 4;
      for (const { patient, rule } of rows) if (patient !== null) expect(rule).toMatch(/^full#/);
      expect({ name, outcomes: rows.map(({ outcome }) => outcome) }).toEqual({
        name,
        outcomes: expect.arrayContaining([wanted]),
      });
      if (kind === 'operation' && answer.status < 400)
        expect(
          rows.some((row) => row.interaction === `operation:${name}` || row.type !== null),
        ).toBe(true);
    },
  );

  test.each(cases)('%s, refused: a row as well', async (name, request) => {
    const { answer, rows } = await asked('nobody', request);
    expectAttributed(rows, 'Practitioner/nobody', '');
    if (OPEN.has(name)) return;
    expect({ name, refused: answer.status >= 400 }).toEqual({ name, refused: true });
    const wanted = answer.status === 403 ? 8 : 4;
    expect({ name, outcomes: rows.map(({ outcome }) => outcome) }).toEqual({
      name,
      outcomes: expect.arrayContaining([wanted]),
    });
    // Only whom the request itself has named.
    for (const { patient } of rows) if (patient !== null) expect(request[1]).toContain(patient);
  });
});

test('[R-051] no operation of the host is missing from this test', () => {
  expect(Object.keys(OPERATIONS).sort()).toEqual(CORE_OPERATIONS.map(({ name }) => name).sort());
});

describe('[R-274] requests that end before data', () => {
  test.each<[string, Request, number, number]>([
    ['an unknown path', ['GET', 'NoSuchType/1'], 404, 4],
    ['a malformed body', ['POST', 'Observation', { body: '{"resourceType":' }], 400, 4],
    [
      'a body of another kind',
      ['POST', 'Observation', { body: 'x', headers: { 'content-type': 'text/csv' } }],
      415,
      4,
    ],
    ['a search that cannot be read', ['GET', 'Observation?date=yesterday'], 400, 4],
    ['an unknown parameter', ['GET', 'Observation?nonsense=1'], 400, 4],
    ['a method that is not there', ['DELETE', 'metadata'], 405, 4],
    ['an unknown operation', ['POST', '$no-such-operation', parameters()], 404, 4],
    ['broken percent-encoding', ['GET', 'Observation/%E0%A4%A'], 400, 4],
    [
      'a search by form that cannot be read',
      ['POST', 'Observation/_search', form('_count=x')],
      400,
      4,
    ],
  ])('%s has its row', async (_name, request, status, outcome) => {
    const { answer, rows } = await asked('full', request);
    expect(answer.status).toBe(status);
    expectAttributed(rows, 'ClientApplication/full', 'full');
    expect(rows.map((row) => row.outcome)).toEqual([outcome]);
    expect(rows[0]?.detail).toBe(answer.codes()[0]);
  });
});
