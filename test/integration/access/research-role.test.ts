import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { grant } from '../../support/grant.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { exported, linesOf } from '../bulk/export-client.ts';

/** Enrolled and consenting; enrolled without consent; consenting and not enrolled. */
const PEOPLE = ['enrolled-consenting', 'enrolled-only', 'consenting-only'];
const SECRETS = [
  'Musterfrau',
  'K123456789',
  'a word to the clinic',
  '1979-12-24',
  '10115',
  'study-group',
  ...PEOPLE,
];

let server: TestServer;
let researcher: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  const put = async (path: string, body: object): Promise<void> => {
    const [resourceType, id] = path.split('/');
    const answer = await full.put(path, { resourceType, id, ...body });
    if (answer.status > 201) throw new Error(answer.text);
  };
  for (const id of PEOPLE) {
    await put(`Patient/${id}`, {
      name: [{ family: 'Musterfrau' }],
      identifier: [{ value: 'K123456789' }],
      gender: 'female',
      birthDate: '1979-12-24',
      address: [{ city: 'Berlin', postalCode: '10115' }],
    });
    const seen = observation(id, { id: `o-${id}`, note: [{ text: 'a word to the clinic' }] });
    await put(`Observation/o-${id}`, { ...seen, effectiveDateTime: '2026-03-04T05:06:07Z' });
  }
  await put('Group/study-group', {
    type: 'person',
    actual: true,
    member: [PEOPLE[0], PEOPLE[1]].map((id) => ({ entity: { reference: `Patient/${id ?? ''}` } })),
  });
  for (const id of [PEOPLE[0], PEOPLE[2]]) {
    await put(`Consent/consent-${id ?? ''}`, {
      status: 'active',
      scope: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'research' },
        ],
      },
      category: [{ coding: [{ code: 'research' }] }],
      patient: { reference: `Patient/${id ?? ''}` },
      policyRule: { text: 'study' },
      provision: { type: 'permit', period: { start: '2026-01-01' } },
    });
  }
  await grant(server, 'Practitioner/scientist', { researcher: { study: 'Group/study-group' } });
  researcher = server.asProfile('Practitioner/scientist');
}, 60_000);
afterAll(() => server.close(), 30_000);

function sealed({ status, text, headers }: Answer): string {
  expect(status).toBe(200);
  const all = text + JSON.stringify([...headers]);
  for (const secret of SECRETS) expect(all).not.toContain(secret);
  return text;
}

interface Found {
  readonly entry?: readonly {
    readonly resource: { readonly resourceType: string; readonly id: string };
  }[];
}

async function only(
  query: string,
): Promise<{ readonly resourceType: string; readonly id: string }> {
  const { entry = [] } = JSON.parse(sealed(await researcher.get(query))) as Found;
  expect([query, entry.length]).toEqual([query, 1]);
  return (entry[0] as NonNullable<Found['entry']>[number]).resource;
}

describe('the researcher as shipped', () => {
  test('[R-009] [R-133] sees who is in the study and consents, without name, number or words', async () => {
    const patient = await only('Patient');
    expect(patient).toMatchObject({ gender: 'female', birthDate: '1979' });
    const seen = await only('Observation');
    expect(seen).toMatchObject({
      subject: { reference: `Patient/${patient.id}` },
      effectiveDateTime: '2026-03',
    });
  });

  test('[R-133] another study knows the same person by another name, and none without a study', async () => {
    await server.as('full').put('Group/second-group', {
      resourceType: 'Group',
      id: 'second-group',
      type: 'person',
      actual: true,
      member: [{ entity: { reference: `Patient/${PEOPLE[0] ?? ''}` } }],
    });
    await grant(server, 'Practitioner/second', { researcher: { study: 'Group/second-group' } });
    const [patient, seen] = [await only('Patient'), await only('Observation')];
    const second = server.asProfile('Practitioner/second');
    for (const { resourceType, id } of [patient, seen]) {
      const answer = await second.get(resourceType);
      const { entry = [] } = JSON.parse(sealed(answer)) as Found;
      expect(entry.map(({ resource }) => resource.id === id)).toEqual([false]);
      expect((await second.get(`${resourceType}/${id}`)).status).toBe(404);
    }
    await grant(server, 'Practitioner/third', { researcher: {} });
    const third = server.asProfile('Practitioner/third');
    expect((await third.get('Patient')).status).toBe(403);
    expect((await third.get('Measure')).status).toBe(403);
  });

  test('[R-009] [R-039] exports the study: what the policy shows, and no more', async () => {
    const study = await only('Group');
    const manifest = await exported(researcher, `Group/${study.id}/$export`);
    for (const { url } of manifest.output) sealed(await researcher.get(url));
    const lines = await linesOf(researcher, manifest.output);
    const listed = lines.map(({ resourceType }) => resourceType).filter((type) => type !== 'Group');
    expect([...listed].sort()).toEqual(['Observation', 'Patient']);
    const [patient, seen] = [await only('Patient'), await only('Observation')];
    expect(lines.map(({ id }) => id)).toEqual(expect.arrayContaining([patient.id, seen.id]));
  }, 60_000);

  test('[R-134] cannot search what is hidden', async () => {
    for (const query of [
      'Patient?family=Musterfrau',
      'Patient?identifier=K123456789',
      'Patient?birthdate=1979-12-24',
      'Observation?subject:Patient.name=Musterfrau',
      'Observation?_lastUpdated=gt2026-01-01',
      'Patient?_sort=birthdate',
    ]) {
      const answer = await researcher.get(query);
      expect([query, answer.status >= 400]).toEqual([query, true]);
    }
  });

  test('[R-132] [R-135] [R-136] reads the store that clinicians use, and is on the same record', async () => {
    const head = await server.auditHead();
    await only('Observation');
    await server.as('full').get('Observation/o-enrolled-consenting');
    const rows = (await server.audit(head)).filter(
      ({ patient }) => patient === 'enrolled-consenting',
    );
    expect(rows.map(({ agent }) => agent)).toEqual([
      'Practitioner/scientist',
      'ClientApplication/full',
    ]);
    await server.as('full').delete('Consent/consent-enrolled-consenting');
    const { entry = [] } = JSON.parse(sealed(await researcher.get('Observation'))) as Found;
    expect(entry).toEqual([]);
  });
});
