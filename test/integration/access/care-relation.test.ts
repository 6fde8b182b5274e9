import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Clock } from '../../../src/clock.ts';
import { grant } from '../../support/grant.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

jest.setTimeout(60_000);

const DOCTOR = 'Practitioner/doctor';
const DAY = 86_400_000;

let server: TestServer;
let ahead = 0;
const clock: Clock = { now: () => Date.now() + ahead };

beforeAll(async () => {
  server = await startTestServer({ clock });
  await grant(server, DOCTOR, { clinician: {} });
  const full = server.as('full');
  for (const patient of ['patient-a', 'patient-b']) {
    await full.put(`Observation/of-${patient}`, observation(patient, { id: `of-${patient}` }));
  }
}, 60_000);
afterAll(() => server.close(), 30_000);
afterEach(() => {
  ahead = 0;
});

const careTeam = (participant: object, more: object = {}): object => ({
  resourceType: 'CareTeam',
  id: 'team',
  status: 'active',
  subject: { reference: 'Patient/patient-a' },
  participant: [{ member: { reference: DOCTOR }, ...participant }],
  ...more,
});
const encounter = (status: string, participant: object = {}): object => ({
  resourceType: 'Encounter',
  id: 'visit',
  status,
  class: { code: 'VR' },
  subject: { reference: 'Patient/patient-a' },
  participant: [{ individual: { reference: DOCTOR }, ...participant }],
});
const day = (offset: number): string => new Date(Date.now() + offset * DAY).toISOString();
const put = async (resource: object): Promise<void> => {
  const { resourceType, id } = resource as { resourceType: string; id: string };
  expect([200, 201]).toContain(
    (await server.as('full').put(`${resourceType}/${id}`, resource)).status,
  );
};
const remove = (reference: string) => server.as('full').delete(reference);

/** What each surface answers about patient-a; patient-b is never seen. */
async function sees(): Promise<boolean> {
  const doctor = server.asProfile(DOCTOR);
  const idsOf = async (query: string): Promise<readonly string[]> => {
    const answer = await doctor.get(query);
    expect([query, answer.status]).toEqual([query, 200]);
    const { entry = [] } = answer.json<{ entry?: { resource: { id: string } }[] }>();
    return entry.map(({ resource }) => resource.id);
  };
  const read = (await doctor.get('Observation/of-patient-a')).status;
  const seen = read === 200;
  expect(read).toBe(seen ? 200 : 404);
  const expected = seen ? ['of-patient-a'] : [];
  expect(await idsOf('Observation')).toEqual(expected);
  expect(await idsOf('Observation?code=29463-7&_total=accurate')).toEqual(expected);
  expect(await idsOf('Observation?patient=Patient/patient-a')).toEqual(expected);
  expect(await idsOf('Observation?_id=of-patient-a,of-patient-b')).toEqual(expected);
  expect(await idsOf('Patient')).toEqual(seen ? ['patient-a'] : []);
  expect(await idsOf('Observation?subject:Patient._id=patient-a')).toEqual(expected);
  expect(await idsOf('Patient?_has:Observation:patient:code=29463-7')).toEqual(
    seen ? ['patient-a'] : [],
  );
  const both = seen ? ['of-patient-a', 'patient-a'] : [];
  expect([...(await idsOf('?_type=Observation,Patient'))].sort()).toEqual(both);
  expect([...(await idsOf('Patient?_revinclude=Observation:patient'))].sort()).toEqual(both);
  expect(await idsOf('Observation/_history')).toEqual(expected);
  const everything = await doctor.get('Patient/patient-a/$everything');
  expect(everything.text.includes('"of-patient-a"')).toBe(seen);
  expect((await doctor.get('Patient/patient-a')).status).toBe(read);
  expect((await doctor.get('Observation/of-patient-a/_history/1')).status).toBe(read);
  expect((await doctor.get('Observation/of-patient-a/_history')).status).toBe(read);
  expect((await doctor.get('Observation/of-patient-b')).status).toBe(404);
  const query = '{Observation(id: "of-patient-a") {id}}';
  const graph = await doctor.post('$graphql', { query });
  expect(graph.text.includes('"of-patient-a"')).toBe(seen);
  return seen;
}

describe('a clinician and the patients they care for', () => {
  test('[R-033] sees nobody without a relation', async () => {
    expect(await sees()).toBe(false);
  });

  test('[R-033] a care team opens the patient, and the next request after its end is refused', async () => {
    await put(careTeam({}));
    expect(await sees()).toBe(true);
    await put(careTeam({}, { status: 'inactive' }));
    expect(await sees()).toBe(false);
    await put(careTeam({}));
    expect(await sees()).toBe(true);
    await put({ ...careTeam({}), participant: [{ member: { reference: 'Practitioner/other' } }] });
    expect(await sees()).toBe(false);
    await put(careTeam({}));
    await remove('CareTeam/team');
    expect(await sees()).toBe(false);
  });

  test('[R-033] a care team of thousands opens the patient to each member', async () => {
    const others = Array.from({ length: 3_000 }, (_, n) => ({
      member: { reference: `Practitioner/other-${String(n)}` },
    }));
    await put({ ...careTeam({}), participant: others });
    expect(await sees()).toBe(false);
    await put({ ...careTeam({}), participant: [...others, { member: { reference: DOCTOR } }] });
    expect(await sees()).toBe(true);
    await remove('CareTeam/team');
    expect(await sees()).toBe(false);
  });

  test('[R-033] the period of a care team bounds it', async () => {
    await put(careTeam({}, { period: { start: day(-2), end: day(-1) } }));
    expect(await sees()).toBe(false);
    await put(careTeam({}, { period: { start: day(1) } }));
    expect(await sees()).toBe(false);
    await put(careTeam({}, { period: { start: day(-1), end: day(1) } }));
    expect(await sees()).toBe(true);
    ahead = 2 * DAY;
    expect(await sees()).toBe(false);
    await remove('CareTeam/team');
  });

  test('[R-033] so does the period of the participant', async () => {
    await put(careTeam({ period: { start: day(-2), end: day(-1) } }));
    expect(await sees()).toBe(false);
    await put(careTeam({ period: { start: day(1) } }));
    expect(await sees()).toBe(false);
    await put(careTeam({ period: { start: day(-1), end: day(1) } }));
    expect(await sees()).toBe(true);
    ahead = 2 * DAY;
    expect(await sees()).toBe(false);
    ahead = 0;
    // Somebody else's period says nothing of this one's.
    await put({
      ...careTeam({ period: { end: day(-1) } }),
      participant: [
        { member: { reference: DOCTOR }, period: { end: day(-1) } },
        { member: { reference: 'Practitioner/other' }, period: { start: day(-1) } },
      ],
    });
    expect(await sees()).toBe(false);
    await remove('CareTeam/team');
  });

  test('[R-033] an encounter opens the patient while it lasts', async () => {
    await put(encounter('in-progress'));
    expect(await sees()).toBe(true);
    await put(encounter('in-progress', { period: { end: day(-1) } }));
    expect(await sees()).toBe(false);
    await put(encounter('in-progress', { period: { end: day(1) } }));
    expect(await sees()).toBe(true);
    await put(encounter('finished'));
    expect(await sees()).toBe(false);
    await remove('Encounter/visit');
  });

  test('[R-033] so does being the general practitioner', async () => {
    const patient = { resourceType: 'Patient', id: 'patient-a', active: true };
    await put({ ...patient, generalPractitioner: [{ reference: DOCTOR }] });
    expect(await sees()).toBe(true);
    await put(patient);
    expect(await sees()).toBe(false);
  });

  test('[R-033] a clinician writes what they perform, for the patients they care for only', async () => {
    const doctor = server.asProfile(DOCTOR);
    const performed = { performer: [{ reference: DOCTOR }] };
    const create = (patient: string, more: object = performed) =>
      doctor.post('Observation', observation(patient, more));
    expect((await create('patient-a')).status).toBe(403);
    await put(careTeam({}));
    const made = await create('patient-a');
    expect(made.status).toBe(201);
    const resource = made.json<{ id: string }>();
    const path = `Observation/${resource.id}`;
    expect((await create('patient-b')).status).toBe(403);
    expect((await create('patient-a', {})).status).toBe(403);
    expect((await doctor.put(path, { ...resource, status: 'amended' })).status).toBe(200);
    // Neither handed away to another patient, nor kept when the relation is over.
    const other = { ...resource, subject: { reference: 'Patient/patient-b' } };
    expect((await doctor.put(path, other)).status).toBe(403);
    expect(
      (
        await doctor.put(
          'Observation/of-patient-a',
          observation('patient-a', { id: 'of-patient-a', ...performed }),
        )
      ).status,
    ).toBe(404);
    await remove('CareTeam/team');
    expect((await doctor.put(path, { ...resource, status: 'final' })).status).toBe(404);
    expect((await doctor.get(path)).status).toBe(404);
    await remove(path);
  });

  test('[R-033] nobody writes themselves into a relation', async () => {
    const doctor = server.asProfile(DOCTOR);
    for (const resource of [careTeam({}), encounter('in-progress')]) {
      const { resourceType, id } = resource as { resourceType: string; id: string };
      expect((await doctor.post(resourceType, resource)).status).toBe(403);
      expect((await doctor.put(`${resourceType}/${id}`, resource)).status).toBe(403);
    }
    expect(await sees()).toBe(false);
  });

  test('[R-016] an elevated role demands two factors', async () => {
    const weak = server.asProfile(DOCTOR, undefined, '');
    expect((await weak.get('Observation')).status).toBe(401);
    const full = server.as('full');
    await grant(server, 'Practitioner/second', { admin: {} });
    const admin = await server
      .asProfile('Practitioner/second', undefined, 'urn:diga:acr:1fa')
      .get('AccessPolicy');
    expect(admin.status).toBe(401);
    expect(admin.headers.get('www-authenticate')).toContain('urn:diga:acr:2fa');
    await full.delete('ProjectMembership/Practitioner.second');
  });
});
