import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Clock } from '../../../src/clock.ts';
import type { FhirClient } from '../../support/fhir-client.ts';
import { grant } from '../../support/grant.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const DAY = 86_400_000;
const MOTHER = 'RelatedPerson/mother';
const PARTNER = 'ClientApplication/partner';
const RESEARCH = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'research' }],
};

let server: TestServer;
let ahead = 0;
const clock: Clock = { now: () => Date.now() + ahead };
const day = (offset: number): string => new Date(Date.now() + offset * DAY).toISOString();

beforeAll(async () => {
  server = await startTestServer({ clock });
  await grant(server, MOTHER, { 'related-person': {} }, { ...related(), active: true });
  await grant(
    server,
    PARTNER,
    { 'integration-partner': { partner: 'Organization/clinic' } },
    {
      name: 'Clinic',
    },
  );
  await grant(server, 'Practitioner/scientist', { researcher: { study: 'Group/study' } });
  await grant(server, 'Practitioner/payer', { sponsor: { study: 'Group/study' } });
  await put({ resourceType: 'Organization', id: 'clinic', active: true });
  for (const patient of ['patient-a', 'patient-b']) {
    const id = `of-${patient}`;
    await put({
      ...observation(patient, { id }),
      effectiveDateTime: '2026-03-17T10:00:00Z',
      note: [{ text: `Said ${patient}` }],
    });
  }
}, 60_000);
afterAll(() => server.close(), 30_000);

async function put(resource: object): Promise<void> {
  const { resourceType, id } = resource as { resourceType: string; id: string };
  const answer = await server.as('full').put(`${resourceType}/${id}`, resource);
  if (answer.status > 201) throw new Error(answer.text);
}
const remove = (reference: string) => server.as('full').delete(reference);

function related(more: object = {}): object {
  return {
    resourceType: 'RelatedPerson',
    id: 'mother',
    active: true,
    patient: { reference: 'Patient/patient-a' },
    ...more,
  };
}

function consent(actor: string | undefined, more: object = {}, provision: object = {}): object {
  return {
    resourceType: 'Consent',
    id: 'consent',
    status: 'active',
    scope: RESEARCH,
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: 'Patient/patient-a' },
    policyRule: { text: 'as agreed' },
    provision: {
      type: 'permit',
      ...(actor === undefined
        ? {}
        : { actor: [{ role: { text: 'recipient' }, reference: { reference: actor } }] }),
      ...provision,
    },
    ...more,
  };
}

/** True if the Observation of patient-a is shown by reading and by searching; that of patient-b never is. */
async function sees(client: FhirClient): Promise<boolean> {
  const { status } = await client.get('Observation/of-patient-a');
  const found = await client.get('Observation');
  expect(found.status).toBe(200);
  const ids = (found.json<{ entry?: { resource: { id: string } }[] }>().entry ?? []).map(
    ({ resource }) => resource.id,
  );
  expect(ids).toEqual(status === 200 ? ['of-patient-a'] : []);
  expect((await client.get('Patient/patient-a')).status).toBe(status);
  expect((await client.get('Observation/of-patient-b')).status).toBe(404);
  return status === 200;
}

describe('a related person', () => {
  const mother = (): FhirClient => server.asProfile(MOTHER);

  test('[R-035] sees the patient who has permitted it, as long as both last', async () => {
    expect(await sees(mother())).toBe(false);
    await put(consent(MOTHER));
    expect(await sees(mother())).toBe(true);
    await put(consent(MOTHER, { status: 'inactive' }));
    expect(await sees(mother())).toBe(false);
    await put(consent(MOTHER, {}, { type: 'deny' }));
    expect(await sees(mother())).toBe(false);
    await put(consent('RelatedPerson/father'));
    expect(await sees(mother())).toBe(false);
    await put(consent(MOTHER, {}, { period: { start: day(-1), end: day(1) } }));
    expect(await sees(mother())).toBe(true);
    ahead = 2 * DAY;
    expect(await sees(mother())).toBe(false);
    ahead = 0;
    await put(related({ period: { end: day(-1) } }));
    expect(await sees(mother())).toBe(false);
    await put(related());
    expect(await sees(mother())).toBe(true);
    // Of another patient they are nothing, whatever that one has permitted.
    await put(related({ patient: { reference: 'Patient/patient-b' } }));
    expect(await sees(mother())).toBe(false);
    await put(related());
    await remove('Consent/consent');
    expect(await sees(mother())).toBe(false);
  });

  test('[R-035] records what they perform and changes nothing else', async () => {
    await put(consent(MOTHER));
    const performed = { performer: [{ reference: MOTHER }] };
    expect((await mother().post('Observation', observation('patient-a', performed))).status).toBe(
      201,
    );
    expect((await mother().post('Observation', observation('patient-a'))).status).toBe(403);
    expect((await mother().post('Observation', observation('patient-b', performed))).status).toBe(
      403,
    );
    expect((await mother().post('Consent', consent(MOTHER))).status).toBe(403);
    expect((await mother().put('RelatedPerson/mother', related())).status).toBe(403);
    const { entry = [] } = (
      await server.as('full').get('Observation?performer=RelatedPerson/mother')
    ).json<{
      entry?: { resource: { id: string } }[];
    }>();
    for (const { resource } of entry) await remove(`Observation/${resource.id}`);
    await remove('Consent/consent');
  });
});

describe('an integration partner', () => {
  test('[R-155] sees the patients who have consented to it, within the scopes of its token', async () => {
    const scoped = (scope: string): FhirClient => server.asProfile(PARTNER, scope);
    const partner = scoped('system/Observation.crus system/Patient.rs');
    expect(await sees(partner)).toBe(false);
    await put(consent('Organization/clinic'));
    expect(await sees(partner)).toBe(true);
    expect((await scoped('system/Patient.rs').get('Observation/of-patient-a')).status).toBe(403);
    const performed = { performer: [{ reference: 'Organization/clinic' }] };
    const made = await partner.post('Observation', observation('patient-a', performed));
    expect(made.status).toBe(201);
    await remove(`Observation/${made.json<{ id: string }>().id}`);
    expect((await partner.post('Observation', observation('patient-b', performed))).status).toBe(
      403,
    );
    expect((await partner.post('Observation', observation('patient-a'))).status).toBe(403);
    await put(consent('Organization/clinic', { status: 'rejected' }));
    expect(await sees(partner)).toBe(false);
    await remove('Consent/consent');
  });

  test('[R-155] without an organisation in its membership it sees nothing', async () => {
    await grant(server, 'ClientApplication/unnamed', { 'integration-partner': {} }, { name: 'x' });
    await put(consent('Organization/clinic'));
    expect((await server.asProfile('ClientApplication/unnamed').get('Observation')).status).toBe(
      403,
    );
    await remove('Consent/consent');
  });
});

describe('a researcher', () => {
  const scientist = (): FhirClient => server.asProfile('Practitioner/scientist');
  const study = (...members: readonly object[]): object => ({
    resourceType: 'Group',
    id: 'study',
    type: 'person',
    actual: true,
    ...(members.length === 0 ? {} : { member: members }),
  });
  const member = (id: string, more: object = {}): object => ({
    entity: { reference: `Patient/${id}` },
    ...more,
  });
  const found = async (): Promise<readonly Record<string, unknown>[]> => {
    const answer = await scientist().get('Observation');
    expect(answer.status).toBe(200);
    const { entry = [] } = answer.json<{ entry?: { resource: Record<string, unknown> }[] }>();
    return entry.map(({ resource }) => resource);
  };

  test('[R-132] sees those who are in the study and have consented, and only them', async () => {
    await put(study(member('patient-a'), member('patient-b')));
    expect(await found()).toHaveLength(0);
    await put(consent(undefined));
    expect(await found()).toHaveLength(1);
    await put(study(member('patient-b')));
    expect(await found()).toHaveLength(0);
    await put(study(member('patient-a', { inactive: true }), member('patient-b')));
    expect(await found()).toHaveLength(0);
    await put(study(member('patient-a', { period: { start: day(-1), end: day(1) } })));
    expect(await found()).toHaveLength(0);
    await put(study(member('patient-a')));
    expect(await found()).toHaveLength(1);
    for (const changed of [
      consent(undefined, { status: 'inactive' }),
      consent(undefined, {}, { type: 'deny' }),
      consent(undefined, {}, { period: { end: day(-1) } }),
      consent(undefined, { scope: { coding: [{ code: 'treatment' }] } }),
    ]) {
      await put(changed);
      expect(await found()).toHaveLength(0);
    }
    await put(consent(undefined));
  });

  test('[R-133] sees no identifier, no free text and no exact date', async () => {
    await put({
      resourceType: 'Patient',
      id: 'patient-a',
      active: true,
      identifier: [{ system: 'http://fhir.de/sid/gkv/kvid-10', value: 'A123456789' }],
      name: [{ family: 'Secret' }],
      telecom: [{ system: 'phone', value: '0301234' }],
      birthDate: '1980-05-17',
      address: [{ line: ['Geheimweg 1'], city: 'Berlin', postalCode: '10115', country: 'DE' }],
    });
    const [seen] = await found();
    expect(seen).toMatchObject({ resourceType: 'Observation', effectiveDateTime: '2026-03' });
    expect(JSON.stringify(seen)).not.toMatch(/Said|patient-a|performer/);
    const patients = await scientist().get('Patient');
    expect(patients.text).toContain('"birthDate":"1980"');
    expect(patients.text).not.toMatch(/A123456789|Secret|0301234|Geheimweg|Berlin|10115|patient-a/);
    expect(patients.text).toMatch(/"postalCode":"10/);
  });

  test('[R-134] what is hidden cannot be asked for', async () => {
    for (const query of [
      'Patient?family=Secret',
      'Patient?identifier=A123456789',
      'Patient?address-city=Berlin',
    ]) {
      const answer = await scientist().get(query);
      expect([query, answer.status]).toEqual([query, 403]);
    }
    expect((await scientist().post('Observation', observation('patient-a'))).status).toBe(403);
  });
});

describe('a sponsor', () => {
  test('[R-034] reads no resource of a patient', async () => {
    const payer = server.asProfile('Practitioner/payer');
    for (const path of [
      'Patient',
      'Observation',
      'Patient/patient-a',
      'Observation/of-patient-a',
      'Condition',
      'Group/study',
      'AuditEvent',
      'Patient/patient-a/$everything',
      '$export',
    ]) {
      expect([path, (await payer.get(path)).status]).toEqual([path, 403]);
    }
    expect((await payer.get('Measure')).status).toBe(200);
  });
});
