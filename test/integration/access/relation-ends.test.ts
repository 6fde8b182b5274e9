import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { grant } from '../../support/grant.ts';
import { idOf } from '../../support/id-of.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { botFolder } from '../bots/bot-folder.ts';
import { finished, kickOff, linesOf, type Manifest } from '../bulk/export-client.ts';

const EXTENSION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-';
const NURSE = 'Practitioner/nurse';
const BOT = 'Bot/counter';

let server: TestServer;
let receiver: Receiver;
let bots: string;

const relation = (criteria: string, patient?: string): object => ({
  url: `${EXTENSION}relation`,
  extension: [
    { url: 'name', valueCode: 'mine' },
    { url: 'criteria', valueString: criteria },
    ...(patient === undefined ? [] : [{ url: 'patient', valueCode: patient }]),
  ],
});
const team = (member: string, status = 'active'): Record<string, unknown> => ({
  resourceType: 'CareTeam',
  id: `of-${member.replace('/', '-')}`,
  status,
  subject: { reference: 'Patient/patient-a' },
  participant: [{ member: { reference: member } }],
});
const put = async (resource: Record<string, unknown>): Promise<void> => {
  const path = `${String(resource['resourceType'])}/${String(resource['id'])}`;
  expect([200, 201]).toContain((await server.as('full').put(path, resource)).status);
};

beforeAll(async () => {
  bots = await botFolder({
    counter: {
      handler: `
        const bundle = await medplum.search('Observation', { patient: 'Patient/patient-a' });
        return (bundle.entry ?? []).map(({ resource }) => resource.id);`,
    },
  });
  receiver = await startReceiver();
  server = await startTestServer({
    bots,
    settings: [`subscriptions.privateDestinations=${receiver.host}`],
  });
  const policies = {
    teamed: relation('CareTeam?participant=%profile&status=active', 'patient'),
    named: relation('Patient?general-practitioner=%profile&family=Muster'),
  };
  for (const [id, extension] of Object.entries(policies)) {
    await put({
      resourceType: 'AccessPolicy',
      id,
      extension: [extension, { url: `${EXTENSION}operation`, valueCode: '*' }],
      resource: [
        { resourceType: 'Subscription' },
        { resourceType: 'Observation', criteria: 'Observation?patient=%mine' },
      ],
    });
  }
  await grant(server, NURSE, { teamed: {} });
  await grant(server, 'Practitioner/doctor', { named: {} });
  await grant(server, BOT, { teamed: {} });
}, 60_000);
afterAll(async () => {
  await server.close();
  await receiver.close();
  await rm(bots, { recursive: true, force: true });
}, 30_000);

/** Stores an Observation and ends the relation in one transaction: at the moment of delivery there is none. */
async function writtenAndEnded(id: string): Promise<void> {
  const resources: Record<string, unknown>[] = [
    { ...observation('patient-a', { id }) },
    team(NURSE, 'inactive'),
  ];
  const entry = resources.map((resource) => ({
    resource,
    request: {
      method: 'PUT',
      url: `${String(resource['resourceType'])}/${String(resource['id'])}`,
    },
  }));
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
  expect((await server.as('full').post('', bundle)).status).toBe(200);
}

async function subscribed(channel: object): Promise<string> {
  const answer = await server.asProfile(NURSE).post('Subscription', {
    resourceType: 'Subscription',
    status: 'active',
    reason: 'test',
    criteria: 'Observation',
    channel,
  });
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
  return idOf(answer.json());
}

async function drained(): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const { rowCount } = await server.sql.query('select from subscription_event');
    if (rowCount === 0) return;
    await sleep(20);
  }
  throw new Error('Events are left');
}

describe('a relation that ends before something is delivered', () => {
  test('[R-033] a rest-hook is not called', async () => {
    await put(team(NURSE));
    const id = await subscribed({
      type: 'rest-hook',
      endpoint: `${receiver.url}/nurse`,
      payload: 'application/fhir+json',
    });
    await put({ ...observation('patient-a', { id: 'before' }) });
    await receiver.until(1);
    await writtenAndEnded('after');
    await drained();
    expect(receiver.calls.map(({ headers }) => headers['x-diga-event'])).toEqual([
      'Observation/before/_history/1',
    ]);
    await server.as('full').delete(`Subscription/${id}`);
  }, 30_000);

  test('[R-033] a WebSocket stays silent', async () => {
    await put(team(NURSE));
    const id = await subscribed({ type: 'websocket' });
    const answer = await server.asProfile(NURSE).get(`Subscription/${id}/$get-ws-binding-token`);
    const { parameter } = answer.json<{ parameter: { name: string; valueString?: string }[] }>();
    const token = parameter.find(({ name }) => name === 'token')?.valueString;
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/subscriptions-r4`);
    const messages: string[] = [];
    socket.on('message', (data: Buffer) => messages.push(data.toString()));
    await once(socket, 'open');
    const until = async (count: number): Promise<void> => {
      for (let tries = 0; messages.length < count; tries += 1) {
        expect(tries).toBeLessThan(500);
        await sleep(20);
      }
    };
    socket.send(JSON.stringify({ type: 'bind-with-token', payload: { token } }));
    await until(1);
    await put({ ...observation('patient-a', { id: 'told' }) });
    await until(2);
    await writtenAndEnded('untold');
    // What is told later of somebody else tells that its turn is over.
    await put({ ...team(NURSE), id: 'other', subject: { reference: 'Patient/patient-b' } });
    await put({ ...observation('patient-b', { id: 'told-again' }) });
    await until(3);
    expect(messages.some((message) => message.includes('Observation/told-again'))).toBe(true);
    expect(messages.join('')).not.toContain('untold');
    socket.close();
    await once(socket, 'close');
  }, 30_000);

  test('[R-033] an export that has begun writes nothing of the patient', async () => {
    const patient = {
      resourceType: 'Patient',
      id: 'patient-a',
      name: [{ family: 'Muster' }],
      generalPractitioner: [{ reference: 'Practitioner/doctor' }],
    };
    await put(patient);
    const doctor = server.asProfile('Practitioner/doctor');
    expect((await doctor.get('Observation/before')).status).toBe(200);
    // The relation asks for a name, so that the export waits here; nothing else that happens does.
    await server.sql.query('begin');
    await server.sql.query('lock table resource_string in access exclusive mode');
    const status = await kickOff(doctor, '$export?_type=Observation');
    for (let waiting = 0; waiting === 0; ) {
      await sleep(20);
      // Of this database alone: other tests wait for their own.
      const { rowCount } = await server.sql.query(
        'select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())',
      );
      waiting = rowCount ?? 0;
    }
    const { generalPractitioner: _, ...left } = patient;
    await put(left);
    await server.sql.query('commit');
    const manifest = (await finished(doctor, status)).json<Manifest>();
    expect(await linesOf(doctor, manifest.output)).toEqual([]);
    await put(patient);
    const again = (
      await finished(doctor, await kickOff(doctor, '$export?_type=Observation'))
    ).json<Manifest>();
    expect((await linesOf(doctor, again.output)).length).toBeGreaterThan(0);
  }, 60_000);

  test('[R-033] a bot with a relation of its own sees the patient while it holds', async () => {
    const run = async (): Promise<unknown> =>
      (await server.as('full').post('Bot/counter/$execute', {})).json();
    expect(await run()).toEqual([]);
    await put(team(BOT));
    expect(await run()).toContain('before');
    await put(team(BOT, 'inactive'));
    expect(await run()).toEqual([]);
  }, 30_000);
});
