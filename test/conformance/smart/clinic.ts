import type { Practitioner, Resource } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import type { Person, Product } from '../medplum-client/product.ts';

const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';

/** A practitioner with an account, and what there is to launch an app about. */
export interface Clinic {
  readonly doctor: Person;
  readonly patient: string;
  readonly encounter: string;
  /** A patient whom the policy of the practitioner does not show. */
  readonly stranger: string;
}

/** Makes a practitioner whose policy shows the patients of one organization. */
export async function makeClinic(product: Product): Promise<Clinic> {
  const full = await product.sandbox('full');
  const ward = await created(full, { resourceType: 'Organization', name: 'Ward' });
  const of = { managingOrganization: { reference: `Organization/${ward}` } };
  const patient = await created(full, {
    resourceType: 'Patient',
    name: [{ given: ['Ada'], family: 'Beispiel' }],
    birthDate: '1971-02-03',
    ...of,
  });
  const other = await created(full, {
    resourceType: 'Patient',
    name: [{ given: ['Bob'], family: 'Muster' }],
    ...of,
  });
  const stranger = await created(full, {
    resourceType: 'Patient',
    name: [{ given: ['Eva'], family: 'Beispiel' }],
  });
  const subject = (id: string) => ({ subject: { reference: `Patient/${id}` } });
  const encounter = await created(full, {
    resourceType: 'Encounter',
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'VR' },
    period: { start: '2026-11-02T08:00:00Z' },
    ...subject(patient),
  });
  for (const id of [patient, other, stranger]) {
    await created(full, {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'weight' },
      ...subject(id),
    });
  }
  const doctor = await product.person();
  await full.put('Practitioner/smart-doctor', {
    resourceType: 'Practitioner',
    id: 'smart-doctor',
    name: [{ family: 'Beispiel' }],
  } satisfies Practitioner);
  await full.put('AccessPolicy/smart-doctor', policy(ward));
  await full.put('ProjectMembership/smart-doctor', {
    resourceType: 'ProjectMembership',
    id: 'smart-doctor',
    project: { reference: 'Project/default' },
    user: { reference: `User/${doctor.accountId}` },
    profile: { reference: 'Practitioner/smart-doctor' },
    access: [{ policy: { reference: 'AccessPolicy/smart-doctor' } }],
  });
  await product.accounts.query(
    `update account_identity set profile = 'Practitioner/smart-doctor', membership_id = 'smart-doctor', class = 'staff'
      where account_id = $1`,
    [doctor.accountId],
  );
  return { doctor, patient, encounter, stranger };
}

function policy(ward: string): object {
  const show = (resourceType: string, criteria: string) => ({
    resourceType,
    criteria,
    interaction: ['read', 'search'],
  });
  return {
    resourceType: 'AccessPolicy',
    id: 'smart-doctor',
    name: 'Doctor of a ward',
    extension: [{ url: OPERATION, valueCode: 'smart-launch' }],
    resource: [
      show('Patient', `Patient?organization=Organization/${ward}`),
      { resourceType: 'Observation', interaction: ['read', 'search'] },
      { resourceType: 'Encounter', interaction: ['read', 'search'] },
    ],
  };
}

async function created(client: FhirClient, resource: Resource): Promise<string> {
  const answer = await client.post(resource.resourceType, resource);
  if (answer.status !== 201) throw new TypeError(`${resource.resourceType}: ${answer.text}`);
  return answer.json<{ id: string }>().id;
}
