import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let types: readonly string[];

beforeAll(async () => {
  server = await startTestServer();
  const statement = (await server.anonymous().get('metadata')).json<{
    rest: { resource: { type: string }[] }[];
  }>();
  types = (statement.rest[0]?.resource ?? []).map(({ type }) => type);
}, 60_000);
afterAll(() => server.close(), 30_000);

const INTERACTIONS: readonly (readonly [name: string, method: string, path: string])[] = [
  ['read', 'GET', '/x'],
  ['vread', 'GET', '/x/_history/1'],
  ['history-instance', 'GET', '/x/_history'],
  ['search-type', 'GET', ''],
  ['search-type by POST', 'POST', '/_search'],
  ['create', 'POST', ''],
  ['update', 'PUT', '/x'],
  ['patch', 'PATCH', '/x'],
  ['delete', 'DELETE', '/x'],
];

const LEDGER_OFFERS = new Set(['read', 'search-type', 'search-type by POST']);
const BINARY_LACKS = new Set(['search-type', 'search-type by POST', 'patch']);

/** What is answered: a refusal, or that the type does not have the interaction, whoever asks. */
function answerOf(type: string, interaction: string): readonly [status: number, code: string] {
  if (type === 'AuditEvent' && !LEDGER_OFFERS.has(interaction)) {
    return [405, 'FHIR_METHOD_NOT_ALLOWED'];
  }
  if (type === 'Binary' && BINARY_LACKS.has(interaction)) return [405, 'BINARY_NOT_SEARCHABLE'];
  return [403, 'ACCESS_DENIED'];
}

function bodyOf(method: string, path: string, type: string): object {
  if (path === '/_search')
    return { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  if (method === 'PATCH') {
    return {
      body: [{ op: 'test', path: '/id', value: 'x' }],
      headers: { 'content-type': 'application/json-patch+json' },
    };
  }
  return method === 'GET' || method === 'DELETE' ? {} : { body: { resourceType: type, id: 'x' } };
}

describe('an identity without a policy', () => {
  test.each(INTERACTIONS)(
    '[R-031] default deny: %s is refused on every resource type',
    async (name, method, path) => {
      expect(types.length).toBeGreaterThan(140);
      const nobody = server.as('nobody');
      const seen = new Set<string>();
      for (const type of types) {
        const answer = await nobody.send(method, type + path, bodyOf(method, path, type));
        const [status, code] = answerOf(type, name);
        expect([type, answer.status, answer.codes()]).toEqual([type, status, [code]]);
        seen.add(type);
      }
      expect(seen.size).toBe(types.length);
    },
    120_000,
  );

  test('[R-031] default deny: entries of a batch are refused one by one, a transaction as a whole', async () => {
    const entry = [
      { request: { method: 'GET', url: 'Patient/patient-a' } },
      { request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient' } },
    ];
    const nobody = server.as('nobody');
    const batch = await nobody.post('', { resourceType: 'Bundle', type: 'batch', entry });
    const { entry: answers } = batch.json<{ entry: { response: { status: string } }[] }>();
    expect(answers.map(({ response }) => response.status)).toEqual([
      '403 Forbidden',
      '403 Forbidden',
    ]);
    const transaction = await nobody.post('', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry,
    });
    expect([transaction.status, transaction.codes()]).toEqual([403, ['ACCESS_DENIED']]);
  });

  test('[R-031] default deny: an identity that no membership names is refused as well', async () => {
    const answer = await server.asProfile('Patient/never-seen').get('Patient/never-seen');
    expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_DENIED']]);
  });

  test('[R-031] default deny: an inactive membership and a missing policy give nothing', async () => {
    const full = server.as('full');
    const base = {
      resourceType: 'ProjectMembership',
      project: { reference: 'Project/test' },
      user: { reference: 'User/x' },
    };
    for (const [id, more] of [
      ['inactive', { active: false, accessPolicy: { reference: 'AccessPolicy/full' } }],
      ['dangling', { accessPolicy: { reference: 'AccessPolicy/none-of-that-name' } }],
      ['without', {}],
    ] as const) {
      const profile = { reference: `Practitioner/${id}` };
      await full.put(profile.reference, { resourceType: 'Practitioner', id });
      const stored = await full.put(`ProjectMembership/${id}`, { ...base, id, profile, ...more });
      expect(stored.status).toBe(201);
      const answer = await server.asProfile(profile.reference).get('Patient');
      expect([id, answer.status, answer.codes()]).toEqual([id, 403, ['ACCESS_DENIED']]);
    }
  });
});
