import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  isDataTypeLoaded,
  isProfileLoaded,
  MedplumClient,
  tryGetDataType,
  tryGetProfile,
} from '@medplum/core';
import type { Bundle, CapabilityStatement, StructureDefinition } from '@medplum/fhirtypes';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let medplum: MedplumClient;
let types: readonly string[];

beforeAll(async () => {
  server = await startTestServer();
  medplum = new MedplumClient({ baseUrl: `${server.url}/`, fetch, cacheTime: 0 });
  medplum.setAccessToken(tokenOf('full'));
  const statement = await medplum.get<CapabilityStatement>(medplum.fhirUrl('metadata'));
  types = (statement.rest?.[0]?.resource ?? []).map(({ type }) => type);
}, 60_000);
afterAll(() => server.close(), 30_000);

describe('MedplumClient 5.2: schemas, which its forms are made from', () => {
  test('requestSchema for every type that the server has', async () => {
    expect(types.length).toBeGreaterThan(150);
    expect(types).toEqual(
      expect.arrayContaining(['Patient', 'AccessPolicy', 'Bot', 'ProjectMembership']),
    );
    const without: string[] = [];
    for (const type of types) {
      await medplum.requestSchema(type);
      const elements = tryGetDataType(type)?.elements ?? {};
      if (!isDataTypeLoaded(type) || !('id' in elements) || Object.keys(elements).length < 3) {
        without.push(type);
      }
    }
    expect(without).toEqual([]);
  }, 120_000);

  test('requestProfileSchema for a profile that is stored here', async () => {
    const url = 'https://diga.example/StructureDefinition/known-patient';
    const bundle = await medplum.post<Bundle<StructureDefinition>>(
      `${medplum.fhirUrl('StructureDefinition', '$expand-profile').href}?url=http%3A%2F%2Fhl7.org%2Ffhir%2FStructureDefinition%2FPatient`,
      {},
    );
    const patient = bundle.entry?.[0]?.resource as StructureDefinition;
    await medplum.createResource<StructureDefinition>({
      ...patient,
      url,
      name: 'KnownPatient',
      status: 'active',
      derivation: 'constraint',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    });
    await medplum.requestProfileSchema(url);
    expect(isProfileLoaded(url)).toBe(true);
  }, 30_000);

  test('requestProfileSchema with expandProfile', async () => {
    const url = 'http://hl7.org/fhir/StructureDefinition/bodyweight';
    await medplum.requestProfileSchema(url, { expandProfile: true });
    expect(isProfileLoaded(url)).toBe(true);
    const category = tryGetProfile(url)?.elements['category'];
    expect([category?.min, category?.isArray]).toEqual([1, true]);
    await expect(
      medplum.requestProfileSchema('urn:diga:nowhere', { expandProfile: true }),
    ).rejects.toThrow(/no profile/);
  }, 30_000);
});
