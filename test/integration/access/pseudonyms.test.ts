import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { membership, observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const EXTENSION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-pseudonym';
const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';
const TYPES = ['Patient', 'Observation', 'Encounter', 'Group'];
/** Ids that must never be seen: one given by the server, the others chosen. */
const RAW: string[] = ['raw-patient-one', 'raw-patient-two', 'raw-encounter', 'raw-study'];

let server: TestServer;
let first: FhirClient;
let second: FhirClient;

function policy(id: string, project: string): object {
  return {
    resourceType: 'AccessPolicy',
    id,
    name: id,
    resource: TYPES.map((resourceType) => ({
      resourceType,
      interaction: ['read', 'vread', 'search', 'history'],
      // Whoever sees parts gets names for versions, which must not be the same for all.
      ...(resourceType === 'Encounter' ? { hiddenFields: ['type'] } : {}),
    })),
    extension: [
      { url: EXTENSION, valueString: project },
      { url: OPERATION, valueCode: 'export' },
    ],
  };
}

async function researcher(name: string, project: string): Promise<FhirClient> {
  const full = server.as('full');
  const put = async (path: string, body: object): Promise<void> => {
    expect([200, 201]).toContain((await full.put(path, body)).status);
  };
  await put(`AccessPolicy/${name}`, policy(name, project));
  await put(`Practitioner/${name}`, { resourceType: 'Practitioner', id: name });
  await put(`ProjectMembership/${name}`, membership(name, `Practitioner/${name}`, name));
  return server.asProfile(`Practitioner/${name}`);
}

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  for (const id of ['raw-patient-one', 'raw-patient-two'])
    await full.put(`Patient/${id}`, { resourceType: 'Patient', id, gender: 'female' });
  await full.put('Encounter/raw-encounter', {
    resourceType: 'Encounter',
    id: 'raw-encounter',
    status: 'finished',
    class: { code: 'VR' },
    subject: { reference: 'Patient/raw-patient-one' },
  });
  const made = await full.post('Observation', {
    ...observation('raw-patient-one'),
    encounter: { reference: 'Encounter/raw-encounter' },
    valueQuantity: { value: 1.5, system: 'http://unitsofmeasure.org', code: 'kg', unit: 'kg' },
  });
  RAW.push(made.json<{ id: string }>().id);
  await full.put('Group/raw-study', {
    resourceType: 'Group',
    id: 'raw-study',
    type: 'person',
    actual: true,
    member: [{ entity: { reference: 'Patient/raw-patient-one' } }],
  });
  first = await researcher('researcher-one', 'study one');
  second = await researcher('researcher-two', 'study two');
}, 60_000);
afterAll(() => server.close(), 30_000);

interface Resource {
  readonly resourceType: string;
  readonly id: string;
  readonly subject?: { readonly reference: string };
  readonly meta?: {
    readonly versionId?: string;
    readonly security?: readonly { readonly code: string }[];
  };
}

/** Nothing of the answer, header or body, holds an id of the store. */
function sealed(answer: Answer): Answer {
  const all = answer.text + JSON.stringify([...answer.headers]);
  for (const id of RAW) expect(all).not.toContain(id);
  return answer;
}

async function found(client: FhirClient, query: string): Promise<readonly Resource[]> {
  const answer = sealed(await client.get(query));
  expect([query, answer.status]).toEqual([query, 200]);
  const { entry = [] } = answer.json<{ entry?: { fullUrl: string; resource: Resource }[] }>();
  for (const { fullUrl, resource } of entry)
    expect(fullUrl.endsWith(`/${resource.resourceType}/${resource.id}`)).toBe(true);
  return entry.map(({ resource }) => resource);
}

async function one(client: FhirClient, query: string): Promise<Resource> {
  const all = await found(client, query);
  expect([query, all.length]).toEqual([query, 1]);
  return all[0] as Resource;
}

describe('a researcher', () => {
  test('[R-133] sees pseudonyms that hold together: what refers to a patient leads to them', async () => {
    const { id, subject, meta } = await one(first, 'Observation');
    expect(meta?.security?.map(({ code }) => code)).toContain('PSEUDED');
    const reference = subject?.reference ?? '';
    const patient = sealed(await first.get(reference));
    expect([patient.status, patient.json<Resource>().id]).toEqual([200, reference.slice(8)]);
    for (const query of [
      `Observation?subject=${reference}`,
      `Observation?subject=${reference.slice(8)}`,
      `Observation?subject:Patient=${reference.slice(8)}`,
      `Observation?patient=${server.url}/fhir/${reference}`,
      `Observation?subject._id=${reference.slice(8)}`,
      `Observation?subject:Patient.gender=female&_include=Observation:subject&_id=${id}`,
      `Observation?_filter=subject eq "${reference}"`,
      `Observation?_compartment=${reference}`,
      `${reference}/Observation`,
      `Encounter?_has:Observation:encounter:_id=${id}`,
    ]) {
      expect((await found(first, query))[0]?.id).toBeDefined();
    }
    expect(await found(first, `Patient?_id=${reference.slice(8)}`)).toHaveLength(1);
    expect(await found(first, `Patient?_has:Observation:subject:_id=${id}`)).toHaveLength(1);
    expect(await found(first, `Observation/$lastn?patient=${reference}`)).toHaveLength(1);
    expect((await found(first, `${reference}/$everything`)).length).toBeGreaterThan(1);
    expect(
      (await found(first, `Patient/$everything?_id=${reference.slice(8)}`)).length,
    ).toBeGreaterThan(1);
    const stats = `Observation/$stats?subject=${reference}&code=29463-7&statistic=count`;
    expect(sealed(await first.get(stats)).text).toContain(reference);
    const history = sealed(await first.get(`${reference}/_history`));
    expect(history.json<{ entry: { request: { url: string } }[] }>().entry).toHaveLength(1);
    const { meta: seen } = patient.json<Resource>();
    const version = `${reference}/_history/${seen?.versionId ?? ''}`;
    expect(sealed(await first.get(version)).status).toBe(200);
  }, 60_000);

  test('[R-133] cannot ask by an id of the clinic', async () => {
    const [patient = '', , encounter = '', , made = ''] = RAW;
    expect((await first.get(`Patient/${patient}`)).status).toBe(404);
    expect((await first.get(`Observation/${made}`)).status).toBe(404);
    for (const query of [
      `Patient?_id=${patient}`,
      `Observation?_id=${made}`,
      `Observation?subject=Patient/${patient}`,
      `Observation?subject=${patient}`,
      `Observation?encounter=Encounter/${encounter}`,
      `Observation?_filter=encounter eq "Encounter/${encounter}"`,
      `Observation?subject._id=${patient}`,
      `Observation?_compartment=Patient/${patient}`,
      `Patient/${patient}/Observation`,
      `Patient?_has:Observation:subject:_id=${made}`,
      `Patient/$everything?_id=${patient}`,
      `Observation/$lastn?patient=Patient/${patient}`,
    ]) {
      const answer = await first.get(query);
      const { entry = [] } = answer.json<{ entry?: unknown[] }>();
      expect([query, answer.status, entry]).toEqual([query, 200, []]);
    }
    expect((await first.get('Patient?_sort=_id')).status).toBe(400);
    const scope = `user/Observation.rs?patient=Patient/${patient}`;
    const scoped = server.asProfile('Practitioner/researcher-one', scope);
    expect((await scoped.get('Observation')).status).toBe(403);
  }, 60_000);

  test('goes from page to page without seeing an id', async () => {
    const { subject } = await one(first, 'Observation');
    const page = sealed(await first.get(`${subject?.reference ?? ''}/*?_count=1`));
    const { link } = page.json<{ link: { relation: string; url: string }[] }>();
    const next = link.find(({ relation }) => relation === 'next')?.url ?? '';
    expect(await found(first, next)).toHaveLength(1);
    expect(link.find(({ relation }) => relation === 'self')?.url).toContain(subject?.reference);
  });

  test('an unknown id is said back as it was asked, whatever its form', async () => {
    for (const id of ['raw-nothing', '7f0d9bb5-5c6e-4f3a-9d0a-2f4d1c1b0a01']) {
      const answer = sealed(await first.get(`Patient/${id}`));
      expect([answer.status, answer.text.includes(`Patient/${id} is not known`)]).toEqual([
        404,
        true,
      ]);
    }
  });

  test('[V-52] [R-133] two projects cannot compare what they have', async () => {
    const [a, b] = await Promise.all([found(first, 'Patient'), found(second, 'Patient')]);
    const ids = new Set([...a, ...b].map(({ id }) => id));
    expect(ids.size).toBe(a.length + b.length);
    expect(a.length).toBeGreaterThan(1);
    const versions = [await one(first, 'Encounter'), await one(second, 'Encounter')];
    const [mine, theirs] = versions.map(({ meta }) => meta?.versionId);
    expect(mine).toMatch(/^v/);
    expect(theirs).not.toBe(mine);
    const foreign = await first.get(`Patient/${b[0]?.id ?? ''}`);
    expect(foreign.status).toBe(404);
  });

  test('GraphQL knows pseudonyms under every name a field is given', async () => {
    const { id, subject } = await one(first, 'Observation');
    const query = `{ ObservationList(_id: "${id}") { a: id subject { b: reference resource { ... on Patient { c: id } } } } }`;
    const answer = sealed(await first.post('$graphql', { query }));
    const patient = subject?.reference ?? '';
    expect(answer.json()['data']).toEqual({
      ObservationList: [{ a: id, subject: { b: patient, resource: { c: patient.slice(8) } } }],
    });
    const raw = `{ Patient(id: "${RAW[0] ?? ''}") { id } }`;
    expect((await first.post('$graphql', { query: raw })).json()['data']).toEqual({
      Patient: null,
    });
  });

  test('a batch is translated once', async () => {
    const { id } = await one(first, 'Observation');
    const batch = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: `Observation/${id}` } }],
    };
    const answer = sealed(await first.post('', batch));
    expect(answer.json<{ entry: { resource: Resource }[] }>().entry[0]?.resource.id).toBe(id);
  });

  test('[R-009] exports the members of a study under their pseudonyms', async () => {
    const group = await one(first, 'Group');
    const started = sealed(
      await first.get(`Group/${group.id}/$export`, { prefer: 'respond-async' }),
    );
    expect(started.status).toBe(202);
    const status = started.headers.get('content-location') ?? '';
    let answer = await first.get(status);
    while (answer.status === 202) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      answer = await first.get(status);
    }
    const { output } = sealed(answer).json<{ output: { type: string; url: string }[] }>();
    expect(output.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['Observation', 'Patient']),
    );
    const known = await one(first, 'Observation');
    for (const { type, url } of output) {
      const { text } = sealed(await first.get(url));
      if (type === 'Observation')
        expect((JSON.parse(text) as Resource).subject).toEqual(known.subject);
    }
  }, 60_000);

  test('[R-136] is on record with the patient behind the pseudonym', async () => {
    const head = await server.auditHead();
    const { subject } = await one(first, 'Observation');
    await first.get(subject?.reference ?? '');
    const rows = await server.audit(head);
    expect(rows.map(({ patient }) => patient)).toEqual(['raw-patient-one', 'raw-patient-one']);
  });
});

describe('a policy with pseudonyms', () => {
  const refused = async (change: object): Promise<void> => {
    const body = { ...policy('refused', 'study one'), ...change };
    const answer = await server.as('full').put('AccessPolicy/refused', body);
    expect(answer.codes()).toEqual(['POLICY_INVALID']);
  };

  test('is for reading, of types and operations that are translated', async () => {
    await refused({ resource: [{ resourceType: 'Observation' }] });
    await refused({ resource: [{ resourceType: '*', interaction: ['read'] }] });
    await refused({ resource: [{ resourceType: 'Binary', interaction: ['read'] }] });
    await refused({
      extension: [
        { url: EXTENSION, valueString: 'p' },
        { url: OPERATION, valueCode: '*' },
      ],
    });
    await refused({ extension: [{ url: EXTENSION, valueString: '!' }] });
  });

  test('[R-133] does not stand beside another project or a policy without pseudonyms', async () => {
    const full = server.as('full');
    for (const other of ['researcher-two', 'clinician']) {
      const client = await researcher(`mixed-${other}`, 'study one');
      expect((await client.get('Patient')).status).toBe(200);
      const beside = `mixed-beside-${other}`;
      await full.put(
        `ProjectMembership/${beside}`,
        membership(beside, `Practitioner/mixed-${other}`, other),
      );
      expect((await client.get('Patient')).status).toBe(403);
    }
  });
});
