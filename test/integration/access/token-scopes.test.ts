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
    expect((await client.get('Observation/o')).headers.get('etag')).toBe('W/"1"');
  });

  test('[R-031] a scope opens nothing that the policy does not', async () => {
    const other = server.asProfile('Patient/patient-b', 'system/*.cruds');
    expect((await other.get('Observation/o')).status).toBe(404);
    expect((await other.get('ProjectMembership')).status).toBe(403);
  });

  test('[R-031] a scope with a search, which would narrow, opens nothing rather than everything', async () => {
    const answer = await a('patient/Observation.rs?category=x').get('Observation/o');
    expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_DENIED']]);
  });

  test('two tokens of one identity do not share their rights', async () => {
    for (let round = 0; round < 2; round += 1) {
      expect((await a('patient/Goal.rs').get('Observation/o')).status).toBe(403);
      expect((await a('patient/Observation.rs').get('Observation/o')).status).toBe(200);
      expect((await a('openid').get('Observation/o')).status).toBe(200);
    }
  });
});
