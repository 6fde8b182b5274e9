import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Sent } from '../../support/fhir-client.ts';
import { tokenOf } from '../../support/identities.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  await full.put('Observation/a1', observation('patient-a', { id: 'a1' }));
}, 60_000);
afterAll(() => server.close(), 30_000);

const NUL = '\u0000';
const graphql = (query: string): Sent => ({ body: { query } });
const batch = (url: string): Sent => ({
  body: { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url } }] },
});

/** What a row of the ledger could choke on. Rows share a commit, so that it would be everybody's. */
const POISON: readonly (readonly [string, string, string, Sent?])[] = [
  ['a NUL in a search', 'GET', 'Observation?code=%00'],
  ['a NUL in the name of a parameter', 'GET', 'Observation?a%00b=1'],
  ['a NUL in an id', 'GET', 'Observation/a%00b'],
  ['a NUL in a path', 'GET', 'Obser%00vation'],
  ['a NUL in the name of an operation', 'GET', 'Observation/$x%00'],
  [
    'a NUL in a GraphQL document',
    'POST',
    '$graphql',
    graphql(`{ ObservationList(code: "${NUL}") { id } }`),
  ],
  [
    'a NUL in a GraphQL comment',
    'POST',
    '$graphql',
    graphql(`# ${NUL}\n{ ObservationList { id } }`),
  ],
  [
    'a lone surrogate in a GraphQL document',
    'POST',
    '$graphql',
    graphql('# \ud800\n{ ObservationList { id } }'),
  ],
  [
    'a NUL in a form',
    'POST',
    'Observation/_search',
    { body: 'code=%00', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ],
  ['a NUL in an entry of a batch', 'POST', '', batch(`Observation?code=${NUL}`)],
  ['a lone surrogate in an entry of a batch', 'POST', '', batch('Observation?code=\udfff')],
  ['a NUL in the id of an entry of a batch', 'POST', '', batch(`Observation/a${NUL}b`)],
  ['a version that no integer holds', 'GET', 'Observation/a1/_history/99999999999999999999'],
  ['a version above an integer', 'GET', 'Observation/a1/_history/2147483648'],
  ['a negative version', 'GET', 'Observation/a1/_history/-1'],
  ['an overlong patient', 'GET', `Observation?patient=${'p'.repeat(9_000)}`],
  ['an overlong query', 'GET', `Observation?code=${'c'.repeat(14_000)}`],
  ['bytes that are no UTF-8', 'GET', 'Observation?code=%ff%fe'],
  [
    'a body with a NUL',
    'POST',
    'Observation',
    { body: { ...observation('patient-a'), note: [{ text: NUL }] } },
  ],
  [
    'a parameter with a NUL',
    'POST',
    'Observation/$meta',
    { body: { resourceType: 'Parameters', parameter: [{ name: NUL }] } },
  ],
  [
    'a conditional create with a NUL',
    'POST',
    'Observation',
    { body: observation('patient-a'), headers: { 'if-none-exist': 'code=%00' } },
  ],
  ['$access-log with a NUL', 'GET', 'Patient/patient-a/$access-log?start=%00'],
  [
    'an export with a NUL',
    'GET',
    '$export?_typeFilter=Observation%3Fcode%3D%00',
    { headers: { prefer: 'respond-async' } },
  ],
];

describe('[R-043] a request whose row the ledger could not hold', () => {
  test.each(POISON)(
    '%s: is answered, recorded, and harms nobody else',
    async (_what, method, path, sent = {}) => {
      const id = `poison-${Math.random().toString(36).slice(2)}`;
      const full = server.as('full');
      const innocents = Array.from({ length: 8 }, () => full.get('Observation/a1'));
      const poison = full.send(method, path, {
        ...sent,
        headers: { ...sent.headers, 'x-request-id': id },
      });
      const others = Array.from({ length: 8 }, () => full.get('Observation/a1'));
      const { status } = await poison;
      const statuses = (await Promise.all([...innocents, ...others])).map(
        (answer) => answer.status,
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(status).toBeLessThan(500);
      const rows = (await server.audit()).filter(({ request_id }) => request_id === id);
      expect(rows.length).toBeGreaterThan(0);
    },
  );

  test('header fields with what no text holds', async () => {
    for (const [name, value] of [
      ['x-request-id', 'a\u00ff\u0080b'],
      ['x-request-id', 'x'.repeat(8_000)],
      ['if-none-match', 'W/"99999999999999999999"'],
      ['x-forwarded-for', '\u00ff'],
      ['user-agent', '\u00ff'.repeat(500)],
    ] as const) {
      const head = await server.auditHead();
      const status = await new Promise<number>((resolve, reject) => {
        const headers = { authorization: `Bearer ${tokenOf('full')}`, [name]: value };
        request(`${server.url}/fhir/R4/Observation/a1`, { headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
      expect([name, status < 500]).toEqual([name, true]);
      expect((await server.audit(head)).length).toBeGreaterThan(0);
    }
  });
});

describe('[R-043] a client that goes away', () => {
  test('at any moment: what the server did is on record', async () => {
    const head = await server.auditHead();
    const ids: string[] = [];
    for (let delay = 0; delay < 20; delay += 1) {
      const id = `gone-${String(delay)}`;
      await new Promise<void>((resolve) => {
        const headers = { authorization: `Bearer ${tokenOf('full')}`, 'x-request-id': id };
        const sent = request(`${server.url}/fhir/R4/Observation/a1`, { headers }, (answer) => {
          ids.push(id);
          answer.destroy();
        });
        sent.on('error', () => undefined);
        sent.on('close', () => {
          resolve();
        });
        sent.end(() => setTimeout(() => sent.destroy(), delay));
      });
    }
    const recorded = new Set((await server.audit(head)).map(({ request_id }) => request_id));
    // Whoever got so much as a status line is there.
    for (const id of ids) expect(recorded).toContain(id);
    expect(ids.length).toBeGreaterThan(0);
  });
});
