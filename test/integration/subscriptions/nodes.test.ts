import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { fhirClient } from '../../support/fhir-client.ts';
import { idOf } from '../../support/id-of.ts';
import { tokenOf } from '../../support/identities.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

let databases: TestDatabases;
let receiver: Receiver;
let one: TestServer;
let two: TestServer;

beforeAll(async () => {
  [databases, receiver] = await Promise.all([createTestDatabases(), startReceiver()]);
  const settings = [`subscriptions.privateDestinations=${receiver.host}`];
  one = await startTestServer({ databases, settings });
  two = await startTestServer({ databases, settings });
}, 90_000);

afterAll(async () => {
  await one.close();
  await two.close();
  await receiver.close();
  await databases.drop();
}, 60_000);

const client = ({ url }: TestServer) => fhirClient(`${url}/fhir`, tokenOf('full'));

const write = (server: TestServer, text: string) =>
  client(server).post('Observation', {
    resourceType: 'Observation',
    status: 'final',
    code: { text },
  });

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('It did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('two nodes on one database', () => {
  test('a Subscription made on one is known to the other within moments, and gone as quickly', async () => {
    const made = await client(one).post('Subscription', {
      resourceType: 'Subscription',
      status: 'active',
      reason: 'test',
      criteria: 'Observation',
      channel: { type: 'rest-hook', endpoint: receiver.url, payload: 'application/fhir+json' },
    });
    const id = idOf(made.json());
    await until(async () => {
      await write(two, 'probe');
      await new Promise((resolve) => setTimeout(resolve, 100));
      return receiver.calls.length > 0;
    });
    await client(two).delete(`Subscription/${id}`);
    await until(async () => {
      const before = receiver.calls.length;
      await write(one, 'probe');
      await new Promise((resolve) => setTimeout(resolve, 300));
      return receiver.calls.length === before;
    });
  }, 60_000);

  test('an event written on one node reaches a socket on the other', async () => {
    const made = await client(one).post('Subscription', {
      resourceType: 'Subscription',
      status: 'active',
      reason: 'test',
      criteria: 'Observation?status=final',
      channel: { type: 'websocket' },
    });
    const id = idOf(made.json());
    const asked = await client(one).get(`Subscription/${id}/$get-ws-binding-token`);
    const { parameter } = asked.json<{ parameter: { name: string; valueString?: string }[] }>();
    const token = parameter.find(({ name }) => name === 'token')?.valueString;
    const socket = new WebSocket(`${one.url.replace('http', 'ws')}/ws/subscriptions-r4`);
    const messages: string[] = [];
    socket.onmessage = ({ data }) => void messages.push(String(data));
    await new Promise((resolve) => {
      socket.onopen = resolve;
    });
    socket.send(JSON.stringify({ type: 'bind-with-token', payload: { token } }));
    await until(() => messages.length === 1);
    await until(async () => {
      await write(two, 'across');
      await new Promise((resolve) => setTimeout(resolve, 200));
      return messages.some((message) => message.includes('across'));
    });
    socket.close();
  }, 60_000);
});
