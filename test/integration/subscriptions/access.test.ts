import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { idOf } from '../../support/id-of.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startTestServer({
    settings: [`subscriptions.privateDestinations=${receiver.host}`],
  });
  full = server.as('full');
  await server.as('admin').put('AccessPolicy/subscriber', {
    resourceType: 'AccessPolicy',
    id: 'subscriber',
    resource: [
      { resourceType: 'Subscription' },
      { resourceType: 'Observation', criteria: 'Observation?patient=%patient' },
      { resourceType: 'Patient', criteria: 'Patient?_id=%patient.id', interaction: ['read'] },
    ],
  });
  for (const name of ['one', 'two']) {
    await full.put(`Patient/${name}`, { resourceType: 'Patient', id: name });
    await allow(name);
  }
}, 60_000);

afterAll(async () => {
  await server.close();
  await receiver.close();
}, 30_000);

async function allow(name: string): Promise<void> {
  await server.as('admin').put(`ProjectMembership/${name}`, {
    resourceType: 'ProjectMembership',
    id: name,
    project: { reference: 'Project/test' },
    user: { reference: `User/${name}` },
    profile: { reference: `Patient/${name}` },
    access: [{ policy: { reference: 'AccessPolicy/subscriber' } }],
  });
}

beforeEach(() => {
  (receiver.calls as unknown[]).length = 0;
});

const subscription = (criteria: string, path: string) => ({
  resourceType: 'Subscription',
  status: 'active',
  reason: 'test',
  criteria,
  channel: {
    type: 'rest-hook',
    endpoint: `${receiver.url}/${path}`,
    payload: 'application/fhir+json',
  },
});

const observation = (patient: string, text = 'x') => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text },
  subject: { reference: `Patient/${patient}` },
});

async function subscribe(as: FhirClient, path: string, criteria = 'Observation'): Promise<string> {
  const answer = await as.post('Subscription', subscription(criteria, path));
  expect(answer.status).toBe(201);
  return idOf(answer.json());
}

async function drained(): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const { rowCount } = await server.sql.query('select from subscription_event');
    if (rowCount === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('Events are left');
}

const paths = (): readonly string[] => receiver.calls.map(({ path }) => path);

describe('a Subscription sees what its owner may read, at the moment of delivery', () => {
  test('nothing of other patients, neither content nor event', async () => {
    const id = await subscribe(server.asProfile('Patient/one'), 'one');
    await full.post('Observation', observation('two'));
    const mine = (await full.post('Observation', observation('one'))).json();
    // One that leaves the compartment is told no more, one that enters it is.
    const path = `Observation/${idOf(mine)}`;
    await full.put(path, { ...mine, subject: { reference: 'Patient/two' } });
    const other = (await full.post('Observation', observation('two'))).json();
    await full.delete(`Observation/${idOf(other)}`);
    await drained();
    expect(receiver.calls.map(({ headers }) => headers['x-diga-event'])).toEqual([
      `${path}/_history/1`,
    ]);
    await full.delete(`Subscription/${id}`);
  });

  test('a right that was taken away is gone at once: the Subscription ends', async () => {
    const id = await subscribe(server.asProfile('Patient/two'), 'two');
    await full.post('Observation', observation('two'));
    await receiver.until(1);
    await server.as('admin').delete('ProjectMembership/two');
    await full.post('Observation', observation('two'));
    await drained();
    expect(receiver.calls).toHaveLength(1);
    const ended = (await full.get(`Subscription/${id}`)).json();
    expect([ended['status'], ended['error']]).toEqual([
      'error',
      'An owner may not read Observation',
    ]);
    await allow('two');
  });

  test('scopes of the token that made it hold on', async () => {
    const narrow = server.asProfile(
      'Patient/one',
      'patient/Subscription.cruds patient/Patient.r patient/Observation.c',
    );
    const refused = await narrow.post('Subscription', subscription('Observation', 'narrow'));
    expect(refused.codes()).toEqual(['SUBSCRIPTION_INVALID']);
  });

  test('who changes where another’s goes does not get what the other may see', async () => {
    const id = await subscribe(server.asProfile('Patient/one'), 'original');
    const stored = (await full.get(`Subscription/${id}`)).json();
    const stolen = await server.asProfile('Patient/two').put(`Subscription/${id}`, {
      ...stored,
      channel: { ...(stored['channel'] as object), endpoint: `${receiver.url}/stolen` },
    });
    expect(stolen.status).toBe(200);
    await full.post('Observation', observation('one'));
    await full.post('Observation', observation('two'));
    await drained();
    expect(paths()).toEqual([]);
    await full.delete(`Subscription/${id}`);
  });

  test('an owner that the client writes is not believed', async () => {
    const answer = await server.asProfile('Patient/two').post('Subscription', {
      ...subscription('Observation', 'forged'),
      extension: [
        {
          url: 'https://diga-server.dev/fhir/StructureDefinition/subscription-owner',
          extension: [{ url: 'reference', valueString: 'Patient/one' }],
        },
      ],
    });
    expect(answer.status).toBe(201);
    await full.post('Observation', observation('one'));
    await full.post('Observation', observation('two', 'seen'));
    await drained();
    expect(receiver.calls.map(({ body }) => (JSON.parse(body) as { code: unknown }).code)).toEqual([
      { text: 'seen' },
    ]);
    await full.delete(`Subscription/${idOf(answer.json())}`);
  });

  test('switching it off and on changes no owner', async () => {
    const id = await subscribe(server.asProfile('Patient/one'), 'switched');
    const stored = (await full.get(`Subscription/${id}`)).json();
    await full.put(`Subscription/${id}`, { ...stored, status: 'off' });
    const on = (await full.put(`Subscription/${id}`, { ...stored, status: 'requested' })).json();
    expect([on['status'], on['extension']]).toEqual(['active', stored['extension']]);
    await full.post('Observation', observation('two'));
    await full.post('Observation', observation('one'));
    await drained();
    expect(paths()).toEqual(['/switched']);
    await full.delete(`Subscription/${id}`);
  });

  test('[R-051] a reading and an attempt stand on the ledger under the owner', async () => {
    const id = await subscribe(server.asProfile('Patient/one'), 'ledger');
    const head = await server.auditHead();
    const created = (await full.post('Observation', observation('one'))).json();
    await drained();
    const rows = (await server.audit(head)).filter(({ agent }) => agent === 'Patient/one');
    const common = { agent: 'Patient/one', resource_id: created['id'], patient: 'one', outcome: 0 };
    expect(rows).toMatchObject([
      { ...common, interaction: 'vread', rule: expect.stringMatching(/^subscriber#/) },
      {
        ...common,
        interaction: 'operation:subscription-delivery',
        detail: `Subscription/${id} to ${receiver.host}: delivered`,
      },
    ]);
    await full.delete(`Subscription/${id}`);
  });

  test('a bot needs the right to execute bots', async () => {
    const answer = await server.asProfile('Patient/one').post('Subscription', {
      ...subscription('Observation', ''),
      channel: { type: 'rest-hook', endpoint: 'Bot/none' },
    });
    expect(answer.status).toBe(422);
  });
});
