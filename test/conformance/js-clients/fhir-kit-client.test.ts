import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle, CapabilityStatement, Observation, Patient } from '@medplum/fhirtypes';
import { Client, type FhirResource } from 'fhir-kit-client';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let client: Client;

beforeAll(async () => {
  server = await startTestServer();
  client = new Client({ baseUrl: `${server.url}/fhir`, bearerToken: tokenOf('full') });
}, 60_000);
afterAll(() => server.close(), 30_000);

/** The client knows resources as records only. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names the type at each use
const as = <T>(resource: FhirResource): T => resource as unknown as T;

async function patient(family: string): Promise<Patient & { id: string }> {
  const body = { resourceType: 'Patient', name: [{ family, given: ['Erika'] }] };
  return as(await client.create({ resourceType: 'Patient', body }));
}

function weight(subject: string, kg: number): FhirResource {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    subject: { reference: subject },
    valueQuantity: { value: kg, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  };
}

async function statusOf(work: Promise<unknown>): Promise<number | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return (error as { response?: { status?: number } }).response?.status;
  }
}

const matches = (bundle: FhirResource): number => as<Bundle>(bundle).entry?.length ?? 0;

describe('fhir-kit-client 2.0', () => {
  test('capabilityStatement and smartAuthMetadata', async () => {
    const statement = as<CapabilityStatement>(await client.capabilityStatement());
    expect(statement.fhirVersion).toBe('4.0.1');
    const { authorizeUrl, tokenUrl } = await client.smartAuthMetadata();
    expect(authorizeUrl?.href).toMatch(/^http.*\/authorize$/);
    expect(tokenUrl?.href).toMatch(/^http.*\/token$/);
  });

  test('create, read, vread, update, patch, delete', async () => {
    const { id } = await patient('KitCrud');
    const target = { resourceType: 'Patient', id };
    expect(as<Patient>(await client.read(target)).name?.[0]?.family).toBe('KitCrud');
    const body = { resourceType: 'Patient', id, name: [{ family: 'KitCrud' }], active: true };
    expect(as<Patient>(await client.update({ ...target, body })).meta?.versionId).toBe('2');
    const jsonPatch = [{ op: 'replace' as const, path: '/active', value: false }];
    expect(as<Patient>(await client.patch({ ...target, jsonPatch })).active).toBe(false);
    expect(as<Patient>(await client.vread({ ...target, version: '2' })).active).toBe(true);
    await client.delete(target);
    expect(await statusOf(client.read(target))).toBe(410);
  });

  test('conditional update', async () => {
    const identifier = [{ system: 'urn:kit', value: 'conditional' }];
    const body = { resourceType: 'Patient', identifier, active: true };
    const searchParams = { identifier: 'urn:kit|conditional' };
    const first = as<Patient>(await client.update({ resourceType: 'Patient', searchParams, body }));
    const second = as<Patient>(
      await client.update({
        resourceType: 'Patient',
        searchParams,
        body: { ...body, active: false },
      }),
    );
    expect(second.id).toBe(first.id);
    expect(second.meta?.versionId).toBe('2');
  });

  test('search of a type, by GET and POST, of a compartment, of the system', async () => {
    const { id } = await patient('KitSearch');
    await client.create({ resourceType: 'Observation', body: weight(`Patient/${id}`, 70) });
    const searchParams = { family: 'KitSearch' };
    expect(matches(await client.resourceSearch({ resourceType: 'Patient', searchParams }))).toBe(1);
    const posted = await client.resourceSearch({
      resourceType: 'Patient',
      searchParams,
      options: { postSearch: true },
    });
    expect(matches(posted)).toBe(1);
    const compartment = { resourceType: 'Patient', id };
    expect(
      matches(await client.compartmentSearch({ resourceType: 'Observation', compartment })),
    ).toBe(1);
    const system = await client.systemSearch({
      searchParams: { _type: 'Patient,Observation', _id: id },
    });
    expect(matches(system)).toBe(1);
  });

  test('pages forwards, and backwards where there is a previous link', async () => {
    for (let i = 0; i < 5; i += 1) await patient('KitPage');
    const first = await client.resourceSearch({
      resourceType: 'Patient',
      searchParams: { family: 'KitPage', _count: 2 },
    });
    const ids = new Set<string>();
    let page: FhirResource | undefined = first;
    let pages = 0;
    while (page !== undefined) {
      pages += 1;
      for (const { resource } of as<Bundle>(page).entry ?? []) ids.add(resource?.id ?? '');
      page = await client.nextPage({ bundle: page as never });
    }
    expect([ids.size, pages]).toEqual([5, 3]);
    expect(client.prevPage({ bundle: first as never })).toBeUndefined();
  });

  test('history of a resource, a type and the system', async () => {
    const { id } = await patient('KitHistory');
    expect(matches(await client.resourceHistory({ resourceType: 'Patient', id }))).toBe(1);
    expect(matches(await client.typeHistory({ resourceType: 'Patient' }))).toBeGreaterThan(0);
    expect(matches(await client.systemHistory())).toBeGreaterThan(0);
  });

  test('batch and transaction', async () => {
    const entry = [
      {
        fullUrl: 'urn:uuid:0b9d4e2c-5a6a-4d6b-9a31-3d8c2d6f1a10',
        resource: { resourceType: 'Patient', name: [{ family: 'KitTransaction' }] },
        request: { method: 'POST', url: 'Patient' },
      },
      {
        resource: weight('urn:uuid:0b9d4e2c-5a6a-4d6b-9a31-3d8c2d6f1a10', 80),
        request: { method: 'POST', url: 'Observation' },
      },
    ];
    const done = as<Bundle>(
      await client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry } }),
    );
    expect(done.entry?.map(({ response }) => response?.status)).toEqual([
      '201 Created',
      '201 Created',
    ]);
    const read = done.entry?.[1]?.response?.location?.split('/')[1] ?? '';
    const observation = as<Observation>(
      await client.read({ resourceType: 'Observation', id: read }),
    );
    const subject = await client.resolve({ reference: observation.subject?.reference ?? '' });
    expect(as<Patient>(subject).name?.[0]?.family).toBe('KitTransaction');
    const batch = as<Bundle>(
      await client.batch({
        body: {
          resourceType: 'Bundle',
          type: 'batch',
          entry: [{ request: { method: 'GET', url: 'Patient/nobody' } }],
        },
      }),
    );
    expect(batch.entry?.[0]?.response?.status).toMatch(/^404/);
  });

  test('operations on an instance and a type', async () => {
    const { id } = await patient('KitOperation');
    const everything = await client.operation({
      resourceType: 'Patient',
      id,
      name: '$everything',
      method: 'GET',
    });
    expect(matches(everything)).toBe(1);
    const outcome = await client.operation({
      resourceType: 'Patient',
      name: '$validate',
      input: { resourceType: 'Patient', active: true },
    });
    expect(outcome.resourceType).toBe('OperationOutcome');
  });
});
