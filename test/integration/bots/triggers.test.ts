import { setTimeout as pause } from 'node:timers/promises';
import type { Bundle } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { deployBot } from './deployed-server.ts';

jest.setTimeout(60_000);
const BASIC = [{ resourceType: 'Basic', interaction: ['create'] }];
const IMPLEMENTATION =
  'https://medplum.com/fhir/StructureDefinition/operationDefinition-implementation';
let server: TestServer;
let now = Date.UTC(2026, 0, 1, 2, 59, 30);

beforeAll(async () => {
  server = await startTestServer({
    clock: { now: () => now },
    settings: ['bots.webhooks=true'],
  });
});
afterAll(() => server.close());

const full = () => server.as('full');

/** Texts of the Basics that bots have made, once there are so many. */
async function made(prefix: string, count: number): Promise<readonly string[]> {
  for (let wait = 0; ; wait += 1) {
    const { entry = [] } = (await full().get('Basic?_count=100')).json<Bundle>();
    const texts = entry
      .map(({ resource }) => (resource as { code: { text?: string } }).code.text ?? '')
      .filter((text) => text.startsWith(prefix));
    if (texts.length >= count || wait > 300) return texts;
    await pause(50);
  }
}

const makes = (text: string): string =>
  `await medplum.createResource({ resourceType: 'Basic', code: { text: ${text} } })`;

describe('what starts a deployed bot', () => {
  test('a Subscription, with the resource; one to a bot that is not there is refused', async () => {
    await deployBot(server, 'subscribed', makes("'sub ' + event.input.id"), {}, BASIC);
    const subscription = {
      resourceType: 'Subscription',
      status: 'active',
      reason: 'test',
      criteria: 'Organization?name=heard',
      channel: { type: 'rest-hook', endpoint: 'Bot/subscribed', payload: 'application/fhir+json' },
    };
    const nobody = {
      ...subscription,
      channel: { ...subscription.channel, endpoint: 'Bot/nobody' },
    };
    expect((await full().post('Subscription', nobody)).codes()).toEqual(['SUBSCRIPTION_INVALID']);
    expect((await full().post('Subscription', subscription)).status).toBe(201);
    await full().put('Organization/heard', {
      resourceType: 'Organization',
      id: 'heard',
      name: 'heard',
    });
    expect(await made('sub', 1)).toEqual(['sub heard']);
  });

  test('its schedule: once for each time, and once for times that were missed', async () => {
    await deployBot(
      server,
      'nightly',
      makes("'cron ' + event.input.scheduledFor"),
      { cronString: '0 3 * * *' },
      BASIC,
    );
    // The first look only notes when it is due.
    now = Date.UTC(2026, 0, 1, 2, 59, 59);
    await server.sql.query(
      "update diga_job_schedule set next_at = next_at where name = 'bot/tick'",
    );
    now = Date.UTC(2026, 0, 1, 3, 0, 0) - 1;
    await noted('nightly');
    now = Date.UTC(2026, 0, 3, 4, 0, 1);
    expect(await made('cron', 1)).toHaveLength(1);
    await pause(500);
    expect(await made('cron', 1)).toHaveLength(1);
  });

  async function noted(bot: string): Promise<void> {
    for (let wait = 0; wait < 300; wait += 1) {
      now += 60_000;
      const { rows } = await server.sql.query('select 1 from bot_schedule where bot = $1', [bot]);
      if (rows.length > 0) return;
      await pause(50);
    }
    throw new Error('The schedule is not noted');
  }

  test('an operation of an OperationDefinition, for those whose policy names it', async () => {
    await deployBot(
      server,
      'implements',
      'return { resourceType: "Parameters", parameter: [{ name: "got", valueString: event.input.parameter[0].valueString }] }',
    );
    const definition = {
      resourceType: 'OperationDefinition',
      id: 'greet',
      name: 'Greet',
      status: 'active',
      kind: 'operation',
      code: 'greet',
      system: false,
      type: true,
      instance: false,
      resource: ['Patient'],
      extension: [{ url: IMPLEMENTATION, valueReference: { reference: 'Bot/implements' } }],
    };
    expect((await full().put('OperationDefinition/greet', definition)).status).toBe(201);
    const input = { resourceType: 'Parameters', parameter: [{ name: 'a', valueString: 'hello' }] };
    const answer = await full().post('Patient/$greet', input);
    expect([answer.status, answer.json()]).toMatchObject([
      200,
      { parameter: [{ name: 'got', valueString: 'hello' }] },
    ]);
    expect((await server.as('clinician').post('Patient/$greet', input)).codes()).toEqual([
      'ACCESS_OPERATION_DENIED',
    ]);
    expect((await full().post('Observation/$greet', input)).codes()).toEqual(['OPERATION_UNKNOWN']);
    expect((await full().get('Patient/$greet')).codes()).toEqual(['OPERATION_UNKNOWN']);
    await full().put('OperationDefinition/greet', { ...definition, status: 'retired' });
    expect((await full().post('Patient/$greet', input)).codes()).toEqual(['OPERATION_UNKNOWN']);
  });

  test('a public webhook, only where the Bot says so; credentials do not reach it', async () => {
    await deployBot(
      server,
      'hook',
      'return { input: event.input, headers: event.headers, by: event.requester }',
      { publicWebhook: true, rawBody: true },
    );
    await deployBot(server, 'closed', 'return 1');
    await deployBot(server, 'broken', "throw new Error('canary of the hook')", {
      publicWebhook: true,
    });
    const post = (id: string, method = 'POST') =>
      fetch(`${server.url}/webhook/${id}`, {
        method,
        headers: {
          authorization: 'Bearer x',
          cookie: 'a=b',
          'x-signature': 's',
          'content-type': 'application/json',
        },
        ...(method === 'GET' ? {} : { body: '{"a": 1}' }),
      });
    const answer = await post('hook');
    const text = await answer.text();
    expect([answer.status, JSON.parse(text)]).toMatchObject([
      200,
      { input: '{"a": 1}', headers: { 'x-signature': 's' } },
    ]);
    expect(text).not.toMatch(/Bearer|a=b|requester/);
    expect((await post('closed')).status).toBe(404);
    expect((await post('nobody')).status).toBe(404);
    expect((await post('hook', 'GET')).status).toBe(405);
    const broken = await post('broken');
    expect(broken.status).toBe(400);
    expect(await broken.text()).not.toContain('canary');
    const rows = (await server.audit()).filter(
      ({ interaction }) => interaction === 'operation:webhook',
    );
    expect(rows.map(({ agent, outcome }) => [agent, outcome])).toEqual([
      ['Bot/hook', 0],
      ['Bot/broken', 4],
    ]);
  });
});

test('webhooks are closed unless the configuration opens them', async () => {
  const other = await startTestServer();
  await deployBot(other, 'hook', 'return 1', { publicWebhook: true });
  const { status } = await fetch(`${other.url}/webhook/hook`, { method: 'POST', body: '{}' });
  await other.close();
  expect(status).toBe(404);
});
