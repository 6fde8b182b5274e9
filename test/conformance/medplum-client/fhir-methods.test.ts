import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReference, isDataTypeLoaded, MedplumClient } from '@medplum/core';
import type { Observation, Patient } from '@medplum/fhirtypes';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let medplum: MedplumClient;
let patient: Patient & { id: string };

const observation = (kg: number): Observation => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: createReference(patient),
  valueQuantity: { value: kg, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
});

beforeAll(async () => {
  server = await startTestServer();
  medplum = new MedplumClient({
    baseUrl: `${server.url}/`,
    fhirUrlPath: 'fhir/R4',
    fetch,
    cacheTime: 0,
  });
  medplum.setAccessToken(tokenOf('full'));
  patient = await medplum.createResource<Patient>({
    resourceType: 'Patient',
    identifier: [{ system: 'urn:medplum', value: '1' }],
    name: [{ family: 'Medplum' }],
  });
  for (const kg of [70, 71, 72]) await medplum.createResource(observation(kg));
}, 60_000);
afterAll(() => server.close(), 30_000);

describe('MedplumClient 5.2: methods with a meaning in FHIR', () => {
  test('searchOne, searchResources, searchResourcePages with chains, includes, sorting', async () => {
    const query = { subject: `Patient/${patient.id}`, _sort: '-_lastUpdated', _count: '2' };
    const pages: number[] = [];
    for await (const page of medplum.searchResourcePages('Observation', query)) {
      pages.push(page.length);
    }
    expect(pages).toEqual([2, 1]);
    const one = await medplum.searchOne('Observation', 'subject:Patient.name=medplum');
    expect(one?.resourceType).toBe('Observation');
    const included = await medplum.search('Patient', {
      _id: patient.id,
      _revinclude: 'Observation:subject',
    });
    expect(included.entry).toHaveLength(4);
    const reverse = await medplum.searchResources(
      'Patient',
      '_has:Observation:subject:code=29463-7',
    );
    expect(reverse.map(({ id }) => id)).toEqual([patient.id]);
  });

  test('createResourceIfNoneExist and upsertResource', async () => {
    const criteria = 'identifier=urn:medplum|1';
    const same = await medplum.createResourceIfNoneExist<Patient>(
      { resourceType: 'Patient', identifier: [{ system: 'urn:medplum', value: '1' }] },
      criteria,
    );
    expect(same.id).toBe(patient.id);
    const changed = await medplum.upsertResource<Patient>({ ...patient, active: true }, criteria);
    expect([changed.id, changed.active]).toEqual([patient.id, true]);
  });

  test('readReference, readCanonical, readHistory, readVersion, readPatientEverything', async () => {
    expect((await medplum.readReference(createReference(patient))).id).toBe(patient.id);
    const url = 'urn:medplum:questionnaire';
    await medplum.createResource({ resourceType: 'Questionnaire', status: 'draft', url });
    expect((await medplum.readCanonical('Questionnaire', url))?.url).toBe(url);
    expect((await medplum.readVersion('Patient', patient.id, '1')).meta?.versionId).toBe('1');
    const everything = await medplum.readPatientEverything(patient.id);
    expect(everything.entry).toHaveLength(4);
  });

  test('validateResource', async () => {
    const outcome = await medplum.validateResource(observation(1));
    expect(outcome.issue.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('valueSetExpand', async () => {
    const expanded = await medplum.valueSetExpand({
      url: 'http://hl7.org/fhir/ValueSet/administrative-gender',
      filter: 'fem',
    });
    expect(expanded.expansion?.contains?.map(({ code }) => code)).toEqual(['female']);
  });

  test('requestSchema and graphql', async () => {
    await medplum.requestSchema('Patient');
    expect(isDataTypeLoaded('Patient')).toBe(true);
    const answer = (await medplum.graphql(
      `{ Patient(id: "${patient.id}") { id ObservationList(_reference: subject) { valueQuantity { value } } } }`,
    )) as { data: { Patient: { id: string; ObservationList: unknown[] } } };
    expect(answer.data.Patient.id).toBe(patient.id);
    expect(answer.data.Patient.ObservationList).toHaveLength(3);
  });

  test('createBinary, createAttachment, download', async () => {
    const binary = await medplum.createBinary({ data: 'a text', contentType: 'text/plain' });
    expect(binary.contentType).toBe('text/plain');
    const content = await medplum.download(medplum.fhirUrl('Binary', binary.id).href);
    expect(await content.text()).toBe('a text');
    const attachment = await medplum.createAttachment({ data: 'more', contentType: 'text/plain' });
    expect(await (await medplum.download(String(attachment.url))).text()).toBe('more');
  });

  test('createComment and createDocumentReference', async () => {
    const comment = await medplum.createComment(patient, 'seen');
    expect([comment.subject?.reference, comment.payload?.[0]?.contentString]).toEqual([
      `Patient/${patient.id}`,
      'seen',
    ]);
    const document = await medplum.createDocumentReference({
      data: 'content',
      contentType: 'text/plain',
      filename: 'a.txt',
    });
    const url = String(document.content[0]?.attachment.url);
    expect(await (await medplum.download(url)).text()).toBe('content');
  });

  test('executeBatch with a conditional entry', async () => {
    const answer = await medplum.executeBatch({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          resource: { resourceType: 'Patient', name: [{ family: 'Nobody' }] },
          request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn:medplum|1' },
        },
      ],
    });
    expect(answer.entry?.[0]?.response?.status).toMatch(/^200/);
    expect(answer.entry?.[0]?.response?.location).toContain(`Patient/${patient.id}`);
  });

  test('bulkExport', async () => {
    const exported = await medplum.bulkExport('', 'Patient', undefined, {
      pollStatusOnAccepted: true,
      pollStatusPeriod: 200,
    });
    expect(exported.output?.map(({ type }) => type)).toEqual(['Patient']);
    const [file] = exported.output ?? [];
    const lines = await medplum.download(String(file?.url));
    expect((await lines.text()).trim().split('\n').length).toBeGreaterThan(0);
  }, 60_000);
});
