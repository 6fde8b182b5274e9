import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

/** Requests of each kind; `FUZZ_RUNS` asks for more. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 150);

let server: TestServer;
let full: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  await full.put('Observation/o', observation('patient-a', { id: 'o' }));
}, 60_000);
afterAll(() => server.close(), 30_000);

/** Never the server's fault, and nothing of its inside in the answer. */
function expectHarmless(answer: Answer): void {
  expect(answer.status).toBeLessThan(500);
  expect(answer.text).not.toMatch(
    /"status":"5\d\d|SERVER_ERROR|\.ts:\d+|node_modules|syntax error at/,
  );
}

const json = fc.jsonValue({ maxDepth: 4 });
const code = fc.constantFrom('final', 'nonsense', '', 'urn:uuid:1', 'Patient/patient-a', 'a\u0000');
const leaf = fc.oneof(json, code, fc.double(), fc.constant(null), fc.string({ unit: 'binary' }));

/** Objects that look like resources and Bundles, with anything anywhere. */
const like = (names: readonly string[]) =>
  fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      leaf,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie('node'), { maxKeys: 6 }),
    ),
  })).node;

const RESOURCE = like([
  'resourceType',
  'id',
  'meta',
  'versionId',
  'profile',
  'tag',
  'text',
  'div',
  'contained',
  'extension',
  'url',
  'valueString',
  'status',
  '_status',
  'code',
  'coding',
  'system',
  'subject',
  'reference',
  'identifier',
  'effectiveDateTime',
  'valueQuantity',
  'value',
  '__proto__',
  'constructor',
  'toString',
]);
const ENTRY = like([
  'request',
  'method',
  'url',
  'ifMatch',
  'ifNoneMatch',
  'ifNoneExist',
  'resource',
  'resourceType',
  'fullUrl',
  'id',
  'subject',
  'reference',
  'data',
  'entry',
  'type',
]);
const PATCH = like(['op', 'path', 'from', 'value']);

const run = <T>(arbitrary: fc.Arbitrary<T>, ask: (value: T) => Promise<Answer>) =>
  fc.assert(
    fc.asyncProperty(arbitrary, async (value) => {
      expectHarmless(await ask(value));
    }),
    { numRuns: RUNS },
  );

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    'a',
    "'",
    '"',
    '\\',
    ',',
    '|',
    '$',
    '%',
    'ge2020',
    '1e400',
    '-',
    '2020-13',
    'Patient/x',
    ';--',
  ),
);
const parameter = fc.constantFrom(
  '_id',
  '_lastUpdated',
  '_tag',
  '_profile',
  '_sort',
  '_count',
  '_total',
  '_summary',
  '_elements',
  '_cursor',
  '_include',
  '_revinclude',
  '_has',
  '_filter',
  '_format',
  '_text',
  'code',
  'date',
  'subject',
  'patient',
  'status',
  'value-quantity',
  'value-string',
  'code-value-quantity',
  'identifier',
  'combo-code',
  'x',
);
const modifier = fc.constantFrom(
  '',
  '',
  ':exact',
  ':contains',
  ':missing',
  ':not',
  ':identifier',
  ':of-type',
  ':text',
  ':Patient',
  ':x',
);
const parameters = fc.array(fc.tuple(parameter, modifier, fc.array(text, { maxLength: 4 })), {
  maxLength: 4,
});

describe(`${String(RUNS)} random requests of each kind never give a 5xx and never show the inside`, () => {
  test(
    'bodies that are any bytes',
    () =>
      run(fc.uint8Array({ maxLength: 200 }), (body) =>
        full.send('POST', 'Observation', { body: Buffer.from(body) }),
      ),
    60_000,
  );

  test(
    'bodies that look like resources',
    () =>
      run(RESOURCE, (body) => {
        const base =
          typeof body === 'object' && body !== null && !Array.isArray(body)
            ? body
            : { value: body };
        return full.post('Observation', JSON.stringify({ ...base, resourceType: 'Observation' }));
      }),
    60_000,
  );

  test(
    'valid resources with one element replaced',
    () =>
      run(
        fc.tuple(
          fc.constantFrom(
            'status',
            'code',
            'subject',
            'meta',
            'text',
            'contained',
            'effectiveDateTime',
            'component',
          ),
          RESOURCE,
        ),
        ([name, value]) =>
          full.put('Observation/o', observation('patient-a', { id: 'o', [name]: value })),
      ),
    60_000,
  );

  test(
    'Bundles with any entries',
    () =>
      run(
        fc.tuple(
          fc.constantFrom('batch', 'transaction', 'x'),
          fc.oneof(ENTRY, fc.array(ENTRY, { maxLength: 4 })),
        ),
        ([type, entry]) => full.post('', { resourceType: 'Bundle', type, entry }),
      ),
    60_000,
  );

  test(
    'Bundles whose requests are nearly right',
    () =>
      run(
        fc.array(
          fc.record(
            {
              fullUrl: fc.oneof(code, json),
              resource: fc.oneof(RESOURCE, fc.constant({ resourceType: 'Patient' })),
              request: fc.record({
                method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD'),
                url: fc.constantFrom(
                  'Patient',
                  'Patient/x',
                  'Observation/o',
                  'AuditEvent',
                  'Patient/_search',
                  '$x',
                  'metadata',
                  'Patient?name=a',
                  '/',
                ),
              }),
            },
            { requiredKeys: ['request'] },
          ),
          { maxLength: 4 },
        ),
        (entry) =>
          full.post('', {
            resourceType: 'Bundle',
            type: entry.length % 2 === 0 ? 'batch' : 'transaction',
            entry,
          }),
      ),
    60_000,
  );

  test(
    'patches',
    () =>
      run(fc.oneof(PATCH, fc.array(PATCH, { maxLength: 4 })), (operations) =>
        full.patch('Observation/o', operations),
      ),
    60_000,
  );

  test(
    'patches whose operations are right',
    () =>
      run(
        fc.array(
          fc.record({
            op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
            path: fc.constantFrom(
              '',
              '/',
              '/id',
              '/meta',
              '/meta/versionId',
              '/code/coding/0',
              '/code/coding/-',
              '/subject',
              '/resourceType',
              '/a/b',
              '/code/coding/9',
            ),
            from: fc.constantFrom('', '/code', '/code/coding/0', '/id', '/meta'),
            value: fc.oneof(json, RESOURCE),
          }),
          { maxLength: 4 },
        ),
        (operations) => full.patch('Observation/o', operations),
      ),
    60_000,
  );

  test(
    'paths',
    () =>
      run(
        fc.tuple(
          fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD'),
          fc.array(
            fc.oneof(
              text,
              fc.constantFrom(
                'Patient',
                'Observation',
                'o',
                '_history',
                '_search',
                '$x',
                '1',
                '..',
                'metadata',
                'AuditEvent',
              ),
            ),
            { maxLength: 5 },
          ),
        ),
        ([method, segments]) =>
          full.send(
            method,
            segments.map((part) => encodeURIComponent(part.toWellFormed())).join('/'),
            method === 'GET' || method === 'HEAD' ? {} : { body: {} },
          ),
      ),
    60_000,
  );

  test.each(['Observation', 'AuditEvent', 'Patient'])(
    'searches of %s, by GET and by POST alike',
    (type) =>
      run(parameters, async (list) => {
        const query = list
          .map(([name, suffix, values]) => {
            const value = values.map((part) => part.toWellFormed()).join(',');
            return `${name}${suffix}=${encodeURIComponent(value)}`;
          })
          .join('&');
        const get = await full.get(`${type}?${query}`);
        const post = await full.send('POST', `${type}/_search`, {
          body: query,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        });
        // XML is refused before anything else where the URL asks for it; a form cannot ask for it.
        if (!query.includes('_format')) expect(post.status).toBe(get.status);
        expectHarmless(post);
        return get;
      }),
    120_000,
  );

  test(
    'header fields',
    () =>
      run(
        fc.dictionary(
          fc.constantFrom(
            'if-match',
            'if-none-match',
            'prefer',
            'accept',
            'x-request-id',
            'if-none-exist',
            'content-type',
          ),
          fc.string({ maxLength: 30 }).map((value) => value.replaceAll(/[^\x20-\x7e]/g, '')),
        ),
        (headers) =>
          full.send('PUT', 'Observation/o', {
            body: observation('patient-a', { id: 'o' }),
            headers,
          }),
      ),
    60_000,
  );

  test('the log of the server knows of no error', () => {
    expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});
