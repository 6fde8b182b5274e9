import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import type { FhirClient } from '../../support/fhir-client.ts';
import { idOf } from '../../support/id-of.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;
let patient: FhirClient;
const open: WebSocket[] = [];

beforeAll(async () => {
  server = await startTestServer({ settings: ['subscriptions.maxSockets=3'] });
  full = server.as('full');
  await server.as('admin').put('AccessPolicy/subscriber', {
    resourceType: 'AccessPolicy',
    id: 'subscriber',
    resource: [
      { resourceType: 'Subscription' },
      { resourceType: 'Observation', criteria: 'Observation?patient=%patient' },
    ],
  });
  await full.put('Patient/one', { resourceType: 'Patient', id: 'one' });
  await allow();
  patient = server.asProfile('Patient/one');
}, 60_000);

afterAll(() => server.close(), 30_000);

afterEach(async () => {
  for (const socket of open.splice(0)) {
    if (socket.readyState === socket.CLOSED) continue;
    socket.close();
    await once(socket, 'close');
  }
});

async function allow(): Promise<void> {
  await server.as('admin').put('ProjectMembership/one', {
    resourceType: 'ProjectMembership',
    id: 'one',
    project: { reference: 'Project/test' },
    user: { reference: 'User/one' },
    profile: { reference: 'Patient/one' },
    access: [{ policy: { reference: 'AccessPolicy/subscriber' } }],
  });
}

interface Message {
  readonly type: string;
  readonly entry?: readonly { readonly resource?: Record<string, unknown> }[];
}

interface Client {
  readonly socket: WebSocket;
  readonly messages: Message[];
  send(message: unknown): void;
  until(count: number): Promise<readonly Message[]>;
}

async function connect(): Promise<Client> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/subscriptions-r4`);
  open.push(socket);
  const messages: Message[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message));
  await once(socket, 'open');
  return {
    socket,
    messages,
    send: (message) => {
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
    async until(count) {
      const end = Date.now() + 10_000;
      while (messages.length < count) {
        if (Date.now() > end) throw new Error(`${String(messages.length)} messages`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return messages;
    },
  };
}

async function subscribe(as = patient, criteria = 'Observation'): Promise<string> {
  const answer = await as.post('Subscription', {
    resourceType: 'Subscription',
    status: 'active',
    reason: 'test',
    criteria,
    channel: { type: 'websocket' },
  });
  expect(answer.status).toBe(201);
  return idOf(answer.json());
}

async function token(id: string, as = patient): Promise<string> {
  const answer = await as.get(`Subscription/${id}/$get-ws-binding-token`);
  expect(answer.status).toBe(200);
  const { parameter } = answer.json<{ parameter: Record<string, string>[] }>();
  const named: Record<string, string | undefined> = Object.fromEntries(
    parameter.map(({ name, ...value }) => [name, Object.values(value)[0]]),
  );
  expect(named).toMatchObject({
    subscription: id,
    'websocket-url': `${server.url.replace('http', 'ws')}/ws/subscriptions-r4`,
  });
  return named['token'] ?? '';
}

async function bound(id: string): Promise<Client> {
  const client = await connect();
  client.send({ type: 'bind-with-token', payload: { token: await token(id) } });
  const [handshake] = await client.until(1);
  expect(handshake?.entry?.[0]?.resource).toMatchObject({
    resourceType: 'SubscriptionStatus',
    type: 'handshake',
    subscription: { reference: `Subscription/${id}` },
  });
  return client;
}

const observation = (subject: string, text: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text },
  subject: { reference: subject },
});

const texts = ({ messages }: Client): readonly unknown[] =>
  messages.flatMap(
    ({ entry }) => (entry?.[1]?.resource?.['code'] as { text?: unknown } | undefined)?.text ?? [],
  );

describe('FHIR R4 subscription#channels: websocket', () => {
  test('events of what the client may read, and nothing else', async () => {
    const client = await bound(await subscribe());
    await full.post('Observation', observation('Patient/patient-a', 'hidden'));
    await full.post('Observation', observation('Patient/one', 'seen'));
    await client.until(2);
    expect(texts(client)).toEqual(['seen']);
  });

  test('a right that was taken away silences the connection', async () => {
    const client = await bound(await subscribe());
    await full.post('Observation', observation('Patient/one', 'before'));
    await client.until(2);
    await server.as('admin').delete('ProjectMembership/one');
    await full.post('Observation', observation('Patient/one', 'after'));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(texts(client)).toEqual(['before']);
    await allow();
  });

  test('the last to leave switches the Subscription off', async () => {
    const id = await subscribe();
    const client = await bound(id);
    client.socket.close();
    await once(client.socket, 'close');
    const end = Date.now() + 10_000;
    while ((await patient.get(`Subscription/${id}`)).json()['status'] !== ('off' as never)) {
      if (Date.now() > end) throw new Error('It is still on');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const again = await patient.get(`Subscription/${id}/$get-ws-binding-token`);
    expect(again.codes()).toEqual(['SUBSCRIPTION_BINDING_INVALID']);
  });

  test('ping and pong; unbinding ends the events', async () => {
    const id = await subscribe();
    const client = await bound(id);
    client.send({ type: 'ping' });
    expect((await client.until(2))[1]).toEqual({ type: 'pong' });
    client.send({ type: 'unbind-from-token', payload: { token: await token(id) } });
    client.send({ type: 'ping' });
    await client.until(3);
    await full.post('Observation', observation('Patient/one', 'late'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(texts(client)).toEqual([]);
  });

  test('a flood of messages ends the connection before they pile up', async () => {
    const id = await subscribe();
    const client = await bound(id);
    const closed = once(client.socket, 'close');
    const message = { type: 'bind-with-token', payload: { token: await token(id) } };
    for (let count = 0; count < 20_000; count += 1) client.send(message);
    expect((await closed)[0]).toBe(1013);
    expect(client.messages.length).toBeLessThan(10_000);
  });

  test.each([
    ['a token of nobody', { type: 'bind-with-token', payload: { token: 'x.y' } }],
    ['a token that was changed', { type: 'bind-with-token', payload: { token: 'forged' } }],
    ['no JSON', 'nonsense'],
    ['an unknown message', { type: 'subscribe' }],
    ['null', 'null'],
    ['too much at once', 'x'.repeat(20_000)],
  ])('%s ends the connection', async (name, message) => {
    const client = await connect();
    const closed = once(client.socket, 'close');
    if (name === 'a token that was changed') {
      const real = await token(await subscribe());
      const [head = '', tail = ''] = real.split('.');
      const claims = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
      const changed = Buffer.from(
        JSON.stringify({ ...claims, claims: { reference: 'Patient/patient-a' } }),
      ).toString('base64url');
      client.send({ type: 'bind-with-token', payload: { token: `${changed}.${tail}` } });
    } else {
      client.send(message);
    }
    const [code] = (await closed) as [number];
    expect([1008, 1009]).toContain(code);
  });

  test('a Subscription of another channel has no token, and one that is hidden none either', async () => {
    const id = await subscribe(full);
    expect((await server.as('nobody').get(`Subscription/${id}/$get-ws-binding-token`)).status).toBe(
      403,
    );
  });

  test('more connections than allowed are refused, and so is any other path', async () => {
    await Promise.all([connect(), connect(), connect()]);
    await expect(connect()).rejects.toThrow('503');
    const other = new WebSocket(`${server.url.replace('http', 'ws')}/ws/other`);
    const [error] = (await once(other, 'error')) as [Error];
    expect(error.message).toContain('404');
  });
});
