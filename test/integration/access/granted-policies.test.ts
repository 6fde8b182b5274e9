import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { membership } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;
let registrar: FhirClient;

const policy = (id: string) => ({ policy: { reference: `AccessPolicy/${id}` } });

/** A membership of a Patient with the given policies. */
function granting(id: string, access: readonly object[], accessPolicy?: string): object {
  const { accessPolicy: _one, ...rest } = membership(id, 'Patient/patient-b', 'x') as {
    accessPolicy: unknown;
  };
  return {
    ...rest,
    access,
    ...(accessPolicy === undefined
      ? {}
      : { accessPolicy: { reference: `AccessPolicy/${accessPolicy}` } }),
  };
}

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  await full.put('AccessPolicy/registrar', {
    resourceType: 'AccessPolicy',
    id: 'registrar',
    resource: [
      {
        resourceType: 'ProjectMembership',
        criteria: 'ProjectMembership?access-policy=AccessPolicy/patient',
      },
    ],
  });
  await full.put('Practitioner/registrar', { resourceType: 'Practitioner', id: 'registrar' });
  await full.put(
    'ProjectMembership/registrar',
    membership('registrar', 'Practitioner/registrar', 'registrar'),
  );
  registrar = server.asProfile('Practitioner/registrar');
}, 60_000);
afterAll(() => server.close(), 30_000);

describe('who may write memberships that name one policy', () => {
  test('[R-031] writes those that name it, once or several times', async () => {
    for (const access of [
      [policy('patient')],
      [{ ...policy('patient'), parameter: [{ name: 'x', valueString: 'y' }] }, policy('patient')],
    ]) {
      const answer = await registrar.post('ProjectMembership', granting('own', access));
      expect(answer.status).toBe(201);
    }
  });

  test.each([
    ['beside it', [policy('patient'), policy('admin')], undefined],
    ['before it', [policy('admin'), policy('patient')], undefined],
    ['as the single policy', [policy('patient')], 'full'],
    ['where it is the single policy', [policy('full')], 'patient'],
  ])('[R-031] names no other %s', async (_where, access, single) => {
    const body = granting('more', access, single);
    const answer = await registrar.post('ProjectMembership', body);
    expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_DENIED']]);
    const { id } = (
      await registrar.post('ProjectMembership', granting('own', [policy('patient')]))
    ).json<{ id: string }>();
    const updated = await registrar.put(`ProjectMembership/${id}`, { ...body, id });
    expect([updated.status, updated.codes()]).toEqual([403, ['ACCESS_DENIED']]);
    expect((await full.get(`ProjectMembership/${id}`)).headers.get('etag')).toBe('W/"1"');
    expect((await full.post('ProjectMembership', body)).status).toBe(201);
  });
});
