import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle, Parameters, Patient } from '@medplum/fhirtypes';
import { WebSocket } from 'ws';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { membership } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { exported, linesOf } from '../bulk/export-client.ts';

const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';

/** A word that stands in nothing but what is hidden. */
const CANARY = 'Kanarienvogel';

let server: TestServer;
let receiver: Receiver;
let full: FhirClient;
/** Sees Patients without name, birth date, identifier and one extension, and Observations without notes. */
let partial: FhirClient;

async function identityWith(id: string, resource: readonly object[]): Promise<FhirClient> {
  const answer = await full.put(`AccessPolicy/${id}`, {
    resourceType: 'AccessPolicy',
    id,
    extension: ['export', 'stats'].map((valueCode) => ({ url: OPERATION, valueCode })),
    resource,
  });
  expect(answer.text).toContain('"id"');
  const profile = `Practitioner/${id}`;
  await full.put(profile, { resourceType: 'Practitioner', id });
  await full.put(`ProjectMembership/${id}`, membership(id, profile, id));
  return server.asProfile(profile);
}

const patient = (id: string, more: Partial<Patient> = {}): Patient => ({
  resourceType: 'Patient',
  id,
  text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${CANARY}</div>` },
  extension: [
    { url: 'urn:secret', valueString: CANARY },
    { url: 'urn:open', valueString: 'open' },
  ],
  identifier: [{ system: 'urn:kvnr', value: `${CANARY}-${id}` }],
  active: true,
  name: [{ family: CANARY, given: [CANARY] }],
  gender: 'female',
  ...more,
});

const observation = (id: string, of: string): object => ({
  resourceType: 'Observation',
  id,
  contained: [
    { resourceType: 'Patient', id: 'inside', name: [{ family: CANARY }], gender: 'male' },
    { resourceType: 'Location', id: 'place', name: CANARY },
  ],
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: { reference: `Patient/${of}`, display: CANARY, identifier: { value: CANARY } },
  performer: [{ reference: '#inside' }],
  device: { reference: '#place' },
  valueQuantity: { value: 1.5, unit: 'kg' },
  note: [{ text: CANARY }],
});

const HIDDEN = ['name', 'birthDate', 'identifier', "extension('urn:secret')"];
const SHOWN_PATIENT = [
  { resourceType: 'Patient', hiddenFields: HIDDEN },
  { resourceType: 'Observation', hiddenFields: ['note'] },
];

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startTestServer({
    settings: [`subscriptions.privateDestinations=${receiver.host}`],
  });
  full = server.as('full');
  partial = await identityWith('partial', [
    ...SHOWN_PATIENT,
    { resourceType: 'Group' },
    { resourceType: 'Subscription' },
    { resourceType: 'Binary' },
  ]);
  await full.put('Patient/anna', patient('anna', { birthDate: '1970-05-01' }));
  const written = await full.put('Observation/weight', observation('weight', 'anna'));
  expect(written.status).toBe(201);
}, 90_000);
afterAll(async () => {
  await server.close();
  await receiver.close();
}, 30_000);

/** Nothing hidden is in any part of the answer, and the canary is there for who sees all. */
function expectHidden(answer: Answer, all?: Answer): void {
  expect(answer.status).toBe(200);
  expect(answer.text).not.toContain(CANARY);
  expect(answer.text).not.toContain('1970-05');
  expect(JSON.stringify([...answer.headers])).not.toContain(CANARY);
  if (all !== undefined) expect(all.text).toContain(CANARY);
}

const GRAPH =
  '{ PatientList(_id: "anna") { gender name { family } birthDate text { div } } Observation(id: "weight") { status subject { display resource { ... on Patient { gender name { family } } } } note { text } } }';

describe('[R-038] what leaves the store is what the caller may see', () => {
  test.each<[string, string]>([
    ['read', 'Patient/anna'],
    ['read with contained resources, references and notes', 'Observation/weight'],
    ['search', 'Patient?gender=female'],
    ['_include', 'Observation?_include=Observation:subject'],
    ['_revinclude', 'Patient?_id=anna&_revinclude=Observation:subject'],
    ['search in the whole system', '?_type=Patient,Observation&_id=anna,weight'],
    ['search in a compartment', 'Patient/anna/Observation'],
    ['history of a resource', 'Patient/anna/_history'],
    ['history of a type', 'Patient/_history'],
    ['history of the system', '_history'],
    ['$everything', 'Patient/anna/$everything'],
    ['$lastn', 'Observation/$lastn?patient=Patient/anna'],
    ['_elements of what is hidden', 'Patient/anna?_elements=name,gender'],
    ['_summary', 'Patient/anna?_summary=true'],
    ['GraphQL', `$graphql?query=${encodeURIComponent(GRAPH)}`],
  ])('%s', async (_title, path) => {
    const [answer, all] = await Promise.all([partial.get(path), full.get(path)]);
    expectHidden(answer, path.includes('$lastn') ? undefined : all);
    expect(answer.text).toMatch(/female|29463-7/);
  });

  test('as XML', async () => {
    for (const path of ['Patient/anna', 'Observation/weight', 'Patient?gender=female']) {
      const accept = { accept: 'application/fhir+xml' };
      const [answer, all] = await Promise.all([partial.get(path, accept), full.get(path, accept)]);
      expectHidden(answer, all);
      expect(answer.text).toMatch(/^<(?:\?xml|Patient|Observation|Bundle)/);
    }
  });

  test('contained resources by the rules of their own type, references without what they copy', async () => {
    const seen = (await partial.get('Observation/weight')).json<Record<string, unknown>>();
    expect(seen).toMatchObject({
      contained: [{ resourceType: 'Patient', id: 'inside', gender: 'male' }],
      subject: { reference: 'Patient/anna' },
    });
    expect(seen['note']).toBeUndefined();
    expect((seen['contained'] as unknown[]).length).toBe(1);
  });

  test('who sees all gets the very text that is stored', async () => {
    const answer = await full.get('Patient/anna');
    const { rows } = await server.sql.query<{ content: string }>(
      `select v.content from resource r join resource_version v on v.rid = r.rid and v.version = r.version
       where r.id = 'anna'`,
    );
    expect(answer.text).toBe(rows[0]?.content);
  });

  test('$export', async () => {
    const manifest = await exported(partial, '$export?_type=Patient,Observation');
    const lines = await linesOf(partial, manifest.output);
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(lines)).not.toContain(CANARY);
  }, 30_000);

  test('batch and transaction, reads and results of writes', async () => {
    for (const type of ['batch', 'transaction']) {
      const answer = await partial.post(
        '',
        {
          resourceType: 'Bundle',
          type,
          entry: [
            { request: { method: 'GET', url: 'Patient/anna' } },
            { request: { method: 'GET', url: 'Observation/weight' } },
            {
              request: { method: 'POST', url: 'Patient', ifNoneExist: '_id=anna' },
              resource: { resourceType: 'Patient' },
            },
          ],
        },
        { prefer: 'return=representation' },
      );
      expectHidden(answer);
      const { entry = [] } = answer.json<Bundle>();
      expect(entry.map(({ response }) => response?.status)).toEqual(['200 OK', '200 OK', '200 OK']);
      expect(entry.map(({ response }) => response?.etag)).toEqual([
        expect.stringMatching(/^W\/"v[0-9a-f]{32}"$/),
        expect.stringMatching(/^W\/"v[0-9a-f]{32}"$/),
        expect.stringMatching(/^W\/"v[0-9a-f]{32}"$/),
      ]);
    }
  });

  test('a conditional create that finds something', async () => {
    const answer = await partial.post(
      'Patient',
      { resourceType: 'Patient' },
      {
        'if-none-exist': '_id=anna',
      },
    );
    expectHidden(answer);
    expect(answer.json<Patient>()).toMatchObject({ id: 'anna', gender: 'female' });
  });

  test('[V-47] payloads of Subscriptions; what only changes hidden elements is not told', async () => {
    const made = await partial.post('Subscription', {
      resourceType: 'Subscription',
      status: 'active',
      reason: 'test',
      criteria: 'Patient?gender=female',
      channel: { type: 'rest-hook', endpoint: receiver.url, payload: 'application/fhir+json' },
    });
    expect(made.status).toBe(201);
    await full.put('Patient/told', patient('told'));
    await full.put('Patient/told', patient('told', { birthDate: '1970-01-01' }));
    await full.put('Patient/told', patient('told', { active: false }));
    const calls = await receiver.until(2, 20_000);
    expect(calls.map(({ body }) => (JSON.parse(body) as Patient).active)).toEqual([true, false]);
    expect(JSON.stringify(calls)).not.toContain(CANARY);
    expect(JSON.stringify(calls)).not.toMatch(/_history\/[0-9]/);
  }, 60_000);

  test('[V-48] a socket gets the same, and no number of the version', async () => {
    const made = await partial.post('Subscription', {
      resourceType: 'Subscription',
      status: 'active',
      reason: 'test',
      criteria: 'Patient?gender=male',
      channel: { type: 'websocket', payload: 'application/fhir+json' },
    });
    const { id } = made.json<{ id: string }>();
    const bound = (
      await partial.get(`Subscription/${id}/$get-ws-binding-token`)
    ).json<Parameters>();
    const token = bound.parameter?.find(({ name }) => name === 'token')?.valueString;
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/subscriptions-r4`);
    const messages: string[] = [];
    socket.on('message', (data: Buffer) => messages.push(data.toString()));
    try {
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'bind-with-token', payload: { token } }));
      while (messages.length < 1) await once(socket, 'message');
      await full.put('Patient/socket', patient('socket', { gender: 'male' }));
      await full.put(
        'Patient/socket',
        patient('socket', { gender: 'male', birthDate: '1970-05-02' }),
      );
      await full.put('Patient/socket', patient('socket', { gender: 'male', active: false }));
      while (messages.length < 3) await once(socket, 'message');
      expect(messages.slice(1).map((text) => /"active":(true|false)/.exec(text)?.[1])).toEqual([
        'true',
        'false',
      ]);
      expect(messages.join()).not.toContain(CANARY);
      expect(messages.join()).not.toMatch(/"eventNumber":"[^1]/);
    } finally {
      socket.close();
      await once(socket, 'close');
    }
  }, 60_000);
});
