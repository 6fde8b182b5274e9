import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
}, 60_000);
afterAll(() => server.close(), 30_000);

const codes = ({ response }: BundleEntry): unknown => {
  const outcome = response?.outcome as
    | { issue: { details?: { coding?: { code: string }[] } }[] }
    | undefined;
  return [response?.status, outcome?.issue[0]?.details?.coding?.[0]?.code];
};

describe('FHIR R4 http#patch', () => {
  beforeAll(async () => {
    await full.put('Observation/kept', { ...observation('x'), id: 'kept' });
  }, 60_000);

  test.each([
    ['another id', [{ op: 'replace', path: '/id', value: 'other' }], 'FHIR_ID_DIFFERS'],
    [
      'another type',
      [{ op: 'replace', path: '/resourceType', value: 'Patient' }],
      'FHIR_TYPE_DIFFERS',
    ],
    [
      'a copy of itself in itself, sixty times',
      Array.from({ length: 60 }, (_, at) => ({ op: 'copy', from: '', path: `/x${String(at)}` })),
      'FHIR_INVALID_PATCH',
    ],
  ])('%s is refused, alone and in a transaction', async (_name, operations, code) => {
    const alone = await full.patch('Observation/kept', operations);
    expect([alone.status, alone.codes()]).toEqual([400, [code]]);
    const data = Buffer.from(JSON.stringify(operations)).toString('base64');
    const entry = [
      {
        request: { method: 'PATCH', url: 'Observation/kept' },
        resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data },
      },
    ];
    const together = await full.post('', { resourceType: 'Bundle', type: 'transaction', entry });
    expect([together.status, together.codes()]).toEqual([400, [code]]);
    expect((await full.get('Observation/kept')).json()['meta']?.['versionId']).toBe('1');
  });

  test('a decimal of the patch keeps its digits', async () => {
    const operations = '[{"op":"add","path":"/valueQuantity","value":{"value":7.50}}]';
    expect((await full.patch('Observation/kept', operations)).status).toBe(200);
    expect((await full.get('Observation/kept')).text).toContain('"valueQuantity":{"value":7.50}');
  });
});

describe('RFC 3986: an encoded slash separates nothing', () => {
  test.each(['Observation%2Fkept', 'Observation/kept%2F_history', 'Observation%2fkept/_history'])(
    '%s',
    async (path) => {
      expect((await full.get(path)).status).toBeGreaterThanOrEqual(400);
    },
  );

  test('an encoded dollar sign still names an operation', async () => {
    expect((await full.get('Observation/%24nothing')).codes()).toEqual(['OPERATION_UNKNOWN']);
  });
});

describe('what one resource may put into the index', () => {
  test('a hundred and one patients are refused', async () => {
    const performer = Array.from({ length: 101 }, (_, at) => ({
      reference: `Patient/p${String(at)}`,
    }));
    const answer = await full.post('Observation', { ...observation('x'), performer });
    expect([answer.status, answer.codes()]).toEqual([422, ['FHIR_TOO_MANY_VALUES']]);
  });
});

describe('answers of more than 64 MB', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `large-${name}`);

  beforeAll(async () => {
    const data = 'AAAA'.repeat(3_000_000);
    for (const id of ids) {
      const answer = await full.put(`DocumentReference/${id}`, {
        resourceType: 'DocumentReference',
        id,
        status: 'current',
        content: [{ attachment: { contentType: 'application/octet-stream', data } }],
      });
      expect(answer.status).toBe(201);
    }
  }, 120_000);

  test.each(['batch', 'transaction'])(
    'the entries of a %s that do not fit are errors, the others are answered',
    async (type) => {
      const entry = ids.map((id) => ({
        request: { method: 'GET', url: `DocumentReference/${id}` },
      }));
      const answer = await full.post('', { resourceType: 'Bundle', type, entry });
      expect(answer.status).toBe(200);
      const answers = answer.json<Bundle>().entry ?? [];
      expect(answers.map(codes).sort()).toEqual([
        ...Array.from({ length: 5 }, () => ['200 OK', undefined]),
        ...Array.from({ length: 2 }, () => ['413 Content Too Large', 'FHIR_RESPONSE_TOO_LARGE']),
      ]);
      expect(answers.filter(({ resource }) => resource !== undefined)).toHaveLength(5);
    },
    60_000,
  );

  test('a page that does not fit is refused, a shorter one is not', async () => {
    const page = await full.get('DocumentReference?_count=10');
    expect([page.status, page.codes()]).toEqual([413, ['FHIR_RESPONSE_TOO_LARGE']]);
    expect((await full.get('DocumentReference?_count=2')).status).toBe(200);
  }, 60_000);
});
