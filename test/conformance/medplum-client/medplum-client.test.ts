import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MedplumClient, type OperationOutcomeError } from '@medplum/core';
import type { Bundle, Observation, Patient } from '@medplum/fhirtypes';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let medplum: MedplumClient;

beforeAll(async () => {
  server = await startTestServer();
  medplum = new MedplumClient({
    baseUrl: `${server.url}/`,
    fhirUrlPath: 'fhir/R4',
    fetch,
    cacheTime: 0,
  });
  medplum.setAccessToken(tokenOf('full'));
}, 60_000);
afterAll(() => server.close(), 30_000);

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return (error as OperationOutcomeError).outcome.issue[0]?.code;
  }
}

describe('MedplumClient 5.2 against /fhir/R4', () => {
  test('creates, reads, updates, patches, deletes', async () => {
    const created = await medplum.createResource<Patient>({
      resourceType: 'Patient',
      name: [{ family: 'Muster', given: ['Erika'] }],
    });
    expect(created.meta?.versionId).toBe('1');
    expect(await medplum.readResource('Patient', created.id)).toEqual(created);
    const updated = await medplum.updateResource<Patient>({ ...created, gender: 'female' });
    expect(updated.meta?.versionId).toBe('2');
    const patched = await medplum.patchResource('Patient', created.id, [
      { op: 'replace', path: '/gender', value: 'other' },
    ]);
    expect(patched.gender).toBe('other');
    expect(await medplum.readVersion('Patient', created.id, '1')).toEqual(created);
    const history = await medplum.readHistory('Patient', created.id);
    expect(history.entry?.map(({ resource }) => resource?.meta?.versionId)).toEqual([
      '3',
      '2',
      '1',
    ]);
    await medplum.deleteResource('Patient', created.id);
    expect(await codeOf(medplum.readResource('Patient', created.id))).toBe('deleted');
  });

  test('an update without a change comes back as it was', async () => {
    const created = await medplum.createResource<Patient>({
      resourceType: 'Patient',
      active: true,
    });
    expect(await medplum.updateResource(created)).toEqual(created);
  });

  test('searches, counts, and follows pages', async () => {
    for (let n = 0; n < 5; n += 1) {
      await medplum.createResource<Observation>({
        resourceType: 'Observation',
        status: 'final',
        code: { coding: [{ system: 'urn:medplum', code: 'paged' }] },
      });
    }
    const all = await medplum.searchResources('Observation', 'code=urn:medplum|paged');
    expect(all).toHaveLength(5);
    const bundle = await medplum.search(
      'Observation',
      'code=urn:medplum|paged&_count=2&_total=accurate',
    );
    expect(bundle.total).toBe(5);
    const paged: Observation[] = [];
    for await (const page of medplum.searchResourcePages(
      'Observation',
      'code=urn:medplum|paged&_count=2',
    )) {
      paged.push(...page);
    }
    expect(new Set(paged.map(({ id }) => id))).toEqual(new Set(all.map(({ id }) => id)));
    const one = await medplum.searchOne('Observation', 'code=urn:medplum|paged');
    expect(one?.resourceType).toBe('Observation');
  });

  test('batches, transactions and its automatic batching', async () => {
    const bundle = (type: 'batch' | 'transaction'): Bundle => ({
      resourceType: 'Bundle',
      type,
      entry: [
        {
          fullUrl: 'urn:uuid:8c0fdb77-8e21-4f8c-a6a1-000000000001',
          request: { method: 'POST', url: 'Patient' },
          resource: { resourceType: 'Patient' },
        },
        { request: { method: 'GET', url: 'Patient/patient-a' } },
      ],
    });
    for (const type of ['batch', 'transaction'] as const) {
      const answer = await medplum.executeBatch(bundle(type));
      expect(answer.type).toBe(`${type}-response`);
      expect(answer.entry?.map(({ response }) => response?.status)).toEqual([
        '201 Created',
        '200 OK',
      ]);
    }
    const batching = new MedplumClient({
      baseUrl: `${server.url}/`,
      fhirUrlPath: 'fhir/R4',
      fetch,
      autoBatchTime: 20,
    });
    batching.setAccessToken(tokenOf('full'));
    const read = await Promise.all([
      batching.readResource('Patient', 'patient-a'),
      batching.readResource('Patient', 'patient-b'),
    ]);
    expect(read.map(({ id }) => id)).toEqual(['patient-a', 'patient-b']);
    await expect(
      Promise.all([
        batching.readResource('Patient', 'none'),
        batching.readResource('Practitioner', 'admin'),
      ]),
    ).rejects.toThrow();
  });

  test('gets the errors that it knows', async () => {
    expect(await codeOf(medplum.readResource('Patient', 'none'))).toBe('not-found');
    expect(
      await codeOf(medplum.createResource({ resourceType: 'Observation' } as Observation)),
    ).toBe('required');
    expect(await codeOf(medplum.search('Patient', 'nonsense=1'))).toBe('not-supported');
    const nobody = new MedplumClient({
      baseUrl: `${server.url}/`,
      fhirUrlPath: 'fhir/R4',
      fetch,
      cacheTime: 0,
    });
    nobody.setAccessToken(tokenOf('nobody'));
    expect(await codeOf(nobody.readResource('Patient', 'patient-a'))).toBe('forbidden');
  });
});
