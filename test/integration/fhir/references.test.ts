import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import { observable, observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;
let mine: FhirClient;

beforeAll(async () => {
  server = await startTestServer({ settings: ['fhir.referentialIntegrity=true'] });
  full = server.as('full');
  mine = server.as('patient-a');
}, 60_000);
afterAll(() => server.close(), 30_000);

const idOf = async (resource: object): Promise<string> => {
  const { resourceType } = resource as { resourceType: string };
  const answer = await full.post(resourceType, resource);
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.json<{ id: string }>().id;
};
const exists = async (reference: string): Promise<boolean> =>
  (await full.get(reference)).status === 200;

describe('FHIR R4 references#literal: on write', () => {
  test('a reference to what is not there: 400 with the path, and nothing is stored', async () => {
    const body = observation('patient-a', { encounter: { reference: 'Encounter/none' } });
    const answer = await full.post('Observation', body);
    expect([answer.status, answer.codes()]).toEqual([400, ['FHIR_REFERENCE_NOT_FOUND']]);
    expect(answer.text).toContain('HAPI-1094');
    expect(answer.text).toContain('"expression":["Observation.encounter"]');
    const found = await full.get('Observation?encounter=Encounter/none&_summary=count');
    expect(found.json<Bundle>().total).toBe(0);
  });

  test('absent, deleted and hidden are answered alike', async () => {
    const hidden = await idOf({
      resourceType: 'Encounter',
      status: 'planned',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/patient-b' },
    });
    const deleted = await idOf({
      resourceType: 'Encounter',
      status: 'planned',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/patient-a' },
    });
    await full.delete(`Encounter/${deleted}`);
    const send = async (id: string) =>
      observable(
        await mine.post(
          'Observation',
          observation('patient-a', { encounter: { reference: `Encounter/${id}` } }),
        ),
        id,
      );
    const [one, two, three] = [await send(hidden), await send(deleted), await send('not-there')];
    expect(one).toEqual(three);
    expect(two).toEqual(three);
    expect(one).toMatchObject({ status: 400 });
  });

  test('what the caller may read can be referred to, and the caller always', async () => {
    const encounter = await idOf({
      resourceType: 'Encounter',
      status: 'planned',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/patient-a' },
    });
    const body = observation('patient-a', { encounter: { reference: `Encounter/${encounter}` } });
    expect((await mine.post('Observation', body)).status).toBe(201);
  });

  test('a target type that the element does not allow: 422', async () => {
    const body = observation('patient-a', { encounter: { reference: 'Patient/patient-a' } });
    const subject = { ...body, subject: { reference: 'Organization/x' }, encounter: undefined };
    const answer = await full.post('Observation', { ...subject, performer: undefined });
    expect([answer.status, answer.codes()]).toEqual([422, ['FHIR_REFERENCE_TYPE']]);
  });

  test.each([
    ['of elsewhere', { reference: 'https://elsewhere.example/fhir/Encounter/1' }],
    ['by identifier', { identifier: { system: 'urn:x', value: '1' } }],
    ['by display', { display: 'an encounter' }],
    ['to a placeholder of nobody', { reference: 'urn:uuid:4b1f3f1e-5d1c-4c55-9d1c-0f5a5a5a5a5a' }],
  ])('a reference %s is no literal reference to this server', async (_name, encounter) => {
    const answer = await full.post('Observation', observation('patient-a', { encounter }));
    expect(answer.status).toBe(201);
  });

  test('contained resources and canonicals are none either', async () => {
    const answer = await full.post('QuestionnaireResponse', {
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      questionnaire: 'Questionnaire/none',
      contained: [{ resourceType: 'Practitioner', id: 'p' }],
      author: { reference: '#p' },
    });
    expect(answer.status).toBe(201);
  });

  test('an absolute reference below the own base counts as a relative one', async () => {
    const encounter = { reference: `${server.url}/fhir/Encounter/none` };
    const answer = await full.post('Observation', observation('patient-a', { encounter }));
    expect(answer.codes()).toEqual(['FHIR_REFERENCE_NOT_FOUND']);
  });

  test('update and patch are checked as well, and leave what was there before alone', async () => {
    const id = await idOf(observation('patient-a'));
    const body = observation('patient-a', { id, encounter: { reference: 'Encounter/none' } });
    expect((await full.put(`Observation/${id}`, body)).status).toBe(400);
    const patched = await full.patch(`Observation/${id}`, [
      { op: 'add', path: '/encounter', value: { reference: 'Encounter/none' } },
    ]);
    expect(patched.codes()).toEqual(['FHIR_REFERENCE_NOT_FOUND']);
    expect((await full.get(`Observation/${id}`)).headers.get('etag')).toBe('W/"1"');
  });

  test('one statement for all references of a transaction: its own creations count, errors name the entry', async () => {
    const entry = (resource: object, fullUrl: string) => ({
      fullUrl,
      request: { method: 'POST', url: (resource as { resourceType: string }).resourceType },
      resource,
    });
    const encounter = { resourceType: 'Encounter', status: 'planned', class: { code: 'AMB' } };
    const good = await full.post('', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        entry(observation('patient-a', { encounter: { reference: 'urn:uuid:e' } }), 'urn:uuid:o'),
        entry(encounter, 'urn:uuid:e'),
      ],
    });
    expect(good.status).toBe(200);
    const bad = await full.post('', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        entry(encounter, 'urn:uuid:e'),
        entry(
          observation('patient-a', { encounter: { reference: 'Encounter/none' } }),
          'urn:uuid:o',
        ),
      ],
    });
    expect([bad.status, bad.codes()]).toEqual([400, ['FHIR_REFERENCE_NOT_FOUND']]);
    expect(bad.text).toContain('Bundle.entry[1].resource.encounter');
  });
});

describe('FHIR R4 http#delete: what others refer to', () => {
  const family = async () => {
    const encounter = await idOf({
      resourceType: 'Encounter',
      status: 'planned',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/patient-a' },
    });
    const about = { encounter: { reference: `Encounter/${encounter}` } };
    const first = await idOf(observation('patient-a', about));
    const second = await idOf({
      ...observation('patient-a'),
      derivedFrom: [{ reference: `Observation/${first}` }],
    });
    return { encounter, first, second };
  };

  test('409 that names the referring resource, and nothing is deleted', async () => {
    const { encounter, first } = await family();
    const answer = await full.delete(`Encounter/${encounter}`);
    expect([answer.status, answer.codes()]).toEqual([409, ['FHIR_REFERENCED']]);
    expect(answer.text).toContain('HAPI-0515');
    expect(answer.text).toContain(`Observation/${first}`);
    expect(await exists(`Encounter/${encounter}`)).toBe(true);
  });

  test('a patient is referred to by what is in the compartment', async () => {
    const patient = await idOf({ resourceType: 'Patient' });
    const own = await idOf(observation(patient));
    const answer = await full.delete(`Patient/${patient}`);
    expect(answer.codes()).toEqual(['FHIR_REFERENCED']);
    expect(answer.text).toContain(`Observation/${own}`);
    await full.delete(`Observation/${own}`);
    expect((await full.delete(`Patient/${patient}`)).status).toBe(200);
  });

  test('[R-036] what the caller may not read is no obstacle, and is not deleted with it', async () => {
    const { encounter, first } = await family();
    const policy = {
      resourceType: 'AccessPolicy',
      id: 'encounters-only',
      resource: [{ resourceType: 'Encounter' }],
    };
    expect((await server.as('admin').put('AccessPolicy/encounters-only', policy)).status).toBe(201);
    await full.put('Practitioner/remover', { resourceType: 'Practitioner', id: 'remover' });
    const given = await server.as('admin').put('ProjectMembership/remover', {
      resourceType: 'ProjectMembership',
      id: 'remover',
      project: { reference: 'Project/test' },
      user: { reference: 'User/remover' },
      profile: { reference: 'Practitioner/remover' },
      accessPolicy: { reference: 'AccessPolicy/encounters-only' },
    });
    expect(given.status).toBe(201);
    const remover = server.asProfile('Practitioner/remover');
    const answer = await remover.delete(`Encounter/${encounter}`);
    const lonely = await idOf({
      resourceType: 'Encounter',
      status: 'planned',
      class: { code: 'AMB' },
    });
    const other = await remover.delete(`Encounter/${lonely}`);
    expect(answer.status).toBe(200);
    expect(answer.text.replaceAll(encounter, lonely)).toBe(other.text);
    const next = await family();
    const cascade = await remover.delete(`Encounter/${next.encounter}?_cascade=delete`);
    expect(cascade.status).toBe(200);
    expect(await exists(`Observation/${first}`)).toBe(true);
    expect(await exists(`Observation/${next.first}`)).toBe(true);
  });

  test('[R-036] a patient is deleted only by who sees all that could refer to one', async () => {
    const policy = {
      resourceType: 'AccessPolicy',
      id: 'patients-only',
      resource: [{ resourceType: 'Patient' }],
    };
    expect((await full.put('AccessPolicy/patients-only', policy)).status).toBe(201);
    await full.put('Practitioner/registry', { resourceType: 'Practitioner', id: 'registry' });
    const given = await full.put('ProjectMembership/registry', {
      resourceType: 'ProjectMembership',
      id: 'registry',
      project: { reference: 'Project/test' },
      user: { reference: 'User/registry' },
      profile: { reference: 'Practitioner/registry' },
      accessPolicy: { reference: 'AccessPolicy/patients-only' },
    });
    expect(given.status).toBe(201);
    const [one, two] = [
      await idOf({ resourceType: 'Patient' }),
      await idOf({ resourceType: 'Patient' }),
    ];
    await idOf(observation(one));
    for (const patient of [one, two]) {
      const answer = await server.asProfile('Practitioner/registry').delete(`Patient/${patient}`);
      expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_PATIENT_RECORD']]);
    }
    expect((await full.delete(`Patient/${two}`)).status).toBe(200);
  });

  test.each([
    ['_cascade=delete', '?_cascade=delete', {}],
    ['X-Cascade: delete', '', { 'x-cascade': 'delete' }],
  ])(
    '%s deletes the referring ones and those that refer to them',
    async (_name, query, headers) => {
      const { encounter, first, second } = await family();
      const answer = await full.delete(`Encounter/${encounter}${query}`, headers);
      expect(answer.status).toBe(200);
      for (const gone of [
        `Encounter/${encounter}`,
        `Observation/${first}`,
        `Observation/${second}`,
      ]) {
        expect((await full.get(gone)).status).toBe(410);
      }
    },
  );

  test('a transaction may delete both, in whatever order, or let go of the reference', async () => {
    const { encounter, first, second } = await family();
    const send = (entry: object[]) =>
      full.post('', { resourceType: 'Bundle', type: 'transaction', entry });
    const remove = (url: string) => ({ request: { method: 'DELETE', url } });
    const alone = await send([remove(`Encounter/${encounter}`)]);
    expect(alone.codes()).toEqual(['FHIR_REFERENCED']);
    const letGo = await send([
      remove(`Encounter/${encounter}`),
      {
        request: { method: 'PUT', url: `Observation/${first}` },
        resource: observation('patient-a', { id: first }),
      },
    ]);
    expect(letGo.status).toBe(200);
    expect(
      (await send([remove(`Observation/${first}`), remove(`Observation/${second}`)])).status,
    ).toBe(200);
  });

  test('a reference to what the same transaction deletes leads nowhere', async () => {
    const { encounter, first } = await family();
    const answer = await full.post('', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { request: { method: 'DELETE', url: `Encounter/${encounter}` } },
        {
          request: { method: 'PUT', url: `Observation/${first}` },
          resource: observation('patient-a', {
            id: first,
            encounter: { reference: `Encounter/${encounter}` },
          }),
        },
      ],
    });
    expect(answer.status).toBe(409);
    expect(await exists(`Encounter/${encounter}`)).toBe(true);
  });
});

test('switched off, references may lead anywhere', async () => {
  const open = await startTestServer({ settings: ['fhir.referentialIntegrity=false'] });
  try {
    const client = open.as('full');
    const body = observation('patient-a', { encounter: { reference: 'Encounter/none' } });
    expect((await client.post('Observation', body)).status).toBe(201);
    expect((await client.delete('Patient/patient-a')).status).toBe(200);
  } finally {
    await open.close();
  }
}, 60_000);
