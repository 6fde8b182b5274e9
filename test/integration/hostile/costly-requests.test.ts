import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
}, 120_000);
afterAll(() => server.close(), 60_000);

/** Seconds that any of these may take on a busy machine; before they were bounded they took minutes, or for ever. */
const SOON = 10_000;

async function soon<T>(work: Promise<T>): Promise<T> {
  const start = performance.now();
  const answer = await work;
  expect(performance.now() - start).toBeLessThan(SOON);
  return answer;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('FHIR R4 search: the work of one request is bounded', () => {
  test.each([
    ['Patient', 'name:contains=a'],
    ['Observation', 'code-value-quantity=http://loinc.org|8867-4$gt5'],
    ['Observation', 'value-quantity=5|http://unitsofmeasure.org|kg'],
    ['Observation', 'value-string:missing=true'],
  ])(
    'hundreds of conditions on other tables do not keep the planner busy: %s?%s',
    async (type, condition) => {
      const client = server.as('patient-a');
      const body = Array(400).fill(condition).join('&');
      const answer = await soon(client.post(`${type}/_search`, body, FORM));
      expect(answer.status).toBe(200);
    },
    60_000,
  );

  test('conditions behind the fence count as much as those before it', async () => {
    const full = server.as('full');
    await full.put('Patient/fenced', {
      resourceType: 'Patient',
      id: 'fenced',
      name: [{ family: 'abcdefghijklmnop' }],
    });
    const letters = Array.from('abcdefghijklmnop')
      .map((letter) => `name:contains=${letter}`)
      .join('&');
    const found = await full.get(`Patient?_id=fenced&${letters}&_total=accurate`);
    expect(found.json<{ total: number }>().total).toBe(1);
    const none = await full.get(`Patient?_id=fenced&${letters}&name:contains=z&_total=accurate`);
    expect(none.json<{ total: number }>().total).toBe(0);
  });

  test.each([
    `_id=${Array(400).fill('x').join(',')}`,
    Array(400).fill('_lastUpdated=gt2020').join('&'),
    `_filter=${Array(99).fill('_lastUpdated gt 2020').join(' or ')}`,
  ])(
    'a search of all types that would need more parameters than a statement has: %#',
    async (body) => {
      const answer = await soon(server.as('full').post('_search', body, FORM));
      expect([answer.status, answer.codes()]).toEqual([400, ['SEARCH_TOO_COMPLEX']]);
    },
  );
});

describe('FHIR R4 operations: the work of one request is bounded', () => {
  test('fragments of GraphQL that only hold fragments', async () => {
    const doubling = Array.from(
      { length: 300 },
      (_, n) => `fragment f${String(n)} on Query { ...f${String(n + 1)} ...f${String(n + 1)} }`,
    );
    const query = `{ ...f0 } ${doubling.join(' ')} fragment f300 on Query { __typename }`;
    const answer = await soon(server.as('nobody').post('$graphql', { query }));
    expect([answer.status, answer.codes()]).toEqual([400, ['GRAPHQL_TOO_COSTLY']]);
  });

  test.each(['.?'.repeat(40) + '.{40}~~', 'a+)+(?:b', '(a|aa)'.repeat(30) + 'b'])(
    'a regular expression in the filter of a value set: %s',
    async (value) => {
      const include = [
        {
          system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
          filter: [{ property: 'definition', op: 'regex', value }],
        },
      ];
      const valueSet = { resourceType: 'ValueSet', status: 'active', compose: { include } };
      const parameter = [{ name: 'valueSet', resource: valueSet }];
      const body = { resourceType: 'Parameters', parameter };
      const answer = await soon(server.as('nobody').post('ValueSet/$expand', body));
      expect([answer.status, answer.codes()]).toEqual([422, ['TERMINOLOGY_FILTER']]);
    },
  );
});

describe('FHIR R4 datatypes#instant: years that the database does not know', () => {
  test.each([
    ['Patient/patient-a/$everything?_since=', 'OPERATION_INVALID_PARAMETERS'],
    ['$export?_since=', 'BULK_PARAMETER_INVALID'],
    ['$export?_until=', 'BULK_PARAMETER_INVALID'],
  ])('%s', async (path, code) => {
    for (const instant of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00']) {
      const answer = await server
        .as('full')
        .get(`${path}${encodeURIComponent(instant)}`, { prefer: 'respond-async' });
      expect([answer.status, answer.codes()]).toEqual([400, [code]]);
    }
  });
});

test('[R-049] FHIR R4 graphql: a search in a query that cannot be read stands on the ledger', async () => {
  const head = await server.auditHead();
  const query = '{ PatientList(_cursor: "forged") { id } }';
  const answer = await server.as('full').post('$graphql', { query });
  expect(answer.text).toContain('SEARCH_INVALID_PAGE');
  expect(await server.audit(head)).toMatchObject([
    { interaction: 'operation:graphql', outcome: 4, detail: 'SEARCH_INVALID_PAGE' },
  ]);
});

describe('FHIR R4 bulk export: the ledger', () => {
  test('[R-049] reading a manifest stands on it', async () => {
    const full = server.as('full');
    const started = await full.get('$export?_type=Patient', { prefer: 'respond-async' });
    const location = started.headers.get('content-location') ?? '';
    let answer = await full.get(location);
    for (let count = 0; answer.status === 202 && count < 200; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      answer = await full.get(location);
    }
    expect(answer.status).toBe(200);
    const rows = await server.audit();
    expect(rows.filter(({ detail }) => detail === 'Manifest read')).toHaveLength(1);
  }, 30_000);
});
