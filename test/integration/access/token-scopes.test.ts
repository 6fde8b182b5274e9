import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.as('full').put('Observation/o', observation('patient-a', { id: 'o' }));
}, 60_000);
afterAll(() => server.close(), 30_000);

const a = (scope: string) => server.asProfile('Patient/patient-a', scope);

describe('SMART App Launch 2.2: a token allows what both its scopes and the policy allow', () => {
  test('[R-031] a scope for one type opens that type and no other', async () => {
    const client = a('openid patient/Observation.rs');
    expect((await client.get('Observation/o')).status).toBe(200);
    expect((await client.get('Observation')).status).toBe(200);
    for (const path of ['Patient/patient-a', 'Goal', 'AuditEvent']) {
      const answer = await client.get(path);
      expect([path, answer.status, answer.codes()]).toEqual([path, 403, ['ACCESS_DENIED']]);
    }
  });

  test('[R-031] a scope for reading writes nothing, by any way', async () => {
    const client = a('patient/*.rs');
    const before = (await client.get('Observation/o')).headers.get('etag');
    const entry = [
      {
        request: { method: 'POST', url: 'Observation' },
        resource: observation('patient-a'),
      },
    ];
    for (const answer of [
      await client.post('Observation', observation('patient-a')),
      await client.put('Observation/o', observation('patient-a', { id: 'o' })),
      await client.patch('Observation/o', [{ op: 'add', path: '/language', value: 'de' }]),
      await client.post('', { resourceType: 'Bundle', type: 'transaction', entry }),
      await client.post('$redeem-activation-code', { resourceType: 'Parameters' }),
    ]) {
      expect([403, 404]).toContain(answer.status);
    }
    expect((await client.get('Observation/o')).headers.get('etag')).toBe(before);
  });

  test('[R-031] a scope opens nothing that the policy does not', async () => {
    const other = server.asProfile('Patient/patient-b', 'system/*.cruds');
    expect((await other.get('Observation/o')).status).toBe(404);
    expect((await other.get('ProjectMembership')).status).toBe(403);
  });

  test('[R-031] a scope with a search covers what the search finds, and nothing else', async () => {
    const weight = 'http://loinc.org|29463-7';
    const found = a(`patient/Observation.rs?code=${weight}`);
    expect((await found.get('Observation/o')).status).toBe(200);
    expect((await found.get('Observation')).json<{ total: number }>().total).toBe(1);
    expect(
      (await found.get('Observation?code=http://loinc.org|8480-6')).json<{ total: number }>().total,
    ).toBe(0);
    expect((await found.get('Patient/patient-a')).status).toBe(403);
    const other = a('patient/Observation.rs?code=http://loinc.org|8480-6');
    expect((await other.get('Observation/o')).status).toBe(404);
    expect((await other.get('Observation')).json<{ total: number }>().total).toBe(0);
  });

  test('[R-031] what a scope may write must satisfy its search, before and after', async () => {
    const draft = a('patient/Observation.cru?status=preliminary');
    const answer = await draft.post('Observation', observation('patient-a'));
    expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_DENIED']]);
    const mine = await draft.post(
      'Observation',
      observation('patient-a', { status: 'preliminary' }),
    );
    expect(mine.status).toBe(201);
    const { id = '' } = mine.json<{ id?: string }>();
    const final = await draft.put(`Observation/${id}`, observation('patient-a', { id }));
    expect(final.status).toBe(403);
  });

  test('[R-031] a scope with a search that is not understood opens nothing rather than everything', async () => {
    for (const search of [
      'nix=x',
      'code:not=x',
      'patient.name=x',
      '_has:Provenance:target:agent=x',
    ]) {
      const answer = await a(`patient/Observation.rs?${search}`).get('Observation/o');
      expect([search, answer.status, answer.codes()]).toEqual([search, 403, ['ACCESS_DENIED']]);
    }
  });

  test('two tokens of one identity do not share their rights', async () => {
    for (let round = 0; round < 2; round += 1) {
      expect((await a('patient/Goal.rs').get('Observation/o')).status).toBe(403);
      expect((await a('patient/Observation.rs').get('Observation/o')).status).toBe(200);
      expect((await a('openid').get('Observation/o')).status).toBe(200);
    }
  });
});
