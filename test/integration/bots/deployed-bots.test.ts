import { setTimeout as pause } from 'node:timers/promises';
import { MedplumClient } from '@medplum/core';
import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { grant } from '../../support/grant.ts';
import { tokenOf } from '../../support/identities.ts';
import { startReceiver, type Receiver } from '../../support/receiver.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { deployBot } from './deployed-server.ts';

jest.setTimeout(60_000);
let server: TestServer;
let receiver: Receiver;
const HL7 = 'MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5';
const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';
const NETWORK = 'https://diga-server.dev/fhir/StructureDefinition/bot-network';

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startTestServer({
    settings: [`bots.privateDestinations=${receiver.host}`, 'bots.webhooks=true'],
  });
  await deployBot(server, 'echo', 'return event', {
    identifier: [{ system: 'urn:bots', value: 'echo' }],
  });
  await deployBot(
    server,
    'fails',
    "console.log('the token is', event.secrets.TOKEN.valueString); throw new Error('canary of the bot')",
  );
  await deployBot(
    server,
    'reads',
    "return (await medplum.searchResources('Organization')).map(({ name }) => name)",
    {},
    [{ resourceType: 'Organization', criteria: 'Organization?name=open' }],
  );
  await server
    .as('full')
    .put('Organization/open', { resourceType: 'Organization', id: 'open', name: 'open' });
  await server
    .as('full')
    .put('Organization/shut', { resourceType: 'Organization', id: 'shut', name: 'shut' });
  await server.as('full').put('Project/test', {
    resourceType: 'Project',
    id: 'test',
    name: 'test',
    secret: [{ name: 'TOKEN', valueString: 'hush-hush' }],
    systemSecret: [{ name: 'SYSTEM', valueString: 'deep' }],
  });
  // May run bots and see them, and nothing else.
  const runner = {
    resourceType: 'AccessPolicy',
    id: 'runner',
    extension: [{ url: OPERATION, valueCode: 'execute' }],
    resource: [{ resourceType: 'Bot', interaction: ['read', 'search', 'update'] }],
  };
  await server.as('full').put('AccessPolicy/runner', runner);
  await grant(server, 'Practitioner/runner', { runner: {} });
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});

const full = () => server.as('full');
const runner = () => server.asProfile('Practitioner/runner');

describe('$deploy', () => {
  test('is for those whose policy names it, and is on the ledger', async () => {
    const head = await server.auditHead();
    const refused = await runner().post('Bot/echo/$deploy', { code: 'exports.handler = () => 1' });
    expect([refused.status, refused.codes()]).toEqual([403, ['ACCESS_OPERATION_DENIED']]);
    await deployBot(server, 'fresh', 'return 1');
    const rows = (await server.audit(head)).filter((row) => row.interaction === 'operation:deploy');
    expect(rows.map(({ agent, outcome }) => [agent, outcome])).toEqual([
      ['Practitioner/runner', 8],
      ['ClientApplication/full', 0],
    ]);
    expect(rows[1]?.detail).toMatch(/SHA-256 [0-9a-f]{64}$/);
  });

  test.each([
    ['a syntax error', { code: 'exports.handler = (' }, 'BOT_CODE_INVALID'],
    ['a module of ECMAScript', { code: 'export const handler = () => 1;' }, 'BOT_CODE_INVALID'],
    ['nothing', { code: ' ' }, 'BOT_CODE_INVALID'],
    ['too much', { code: ' '.repeat(4_999_999) + '1;1;' }, 'BOT_CODE_INVALID'],
    ['TypeScript', { code: 'let a: number', filename: 'a.ts' }, 'OPERATION_INVALID_PARAMETERS'],
    ['no code', {}, 'OPERATION_INVALID_PARAMETERS'],
  ])('%s is refused, and what was deployed stays', async (_, body, code) => {
    const answer = await full().post('Bot/fresh/$deploy', body);
    expect([answer.status, answer.codes()]).toEqual([400, [code]]);
    expect((await full().post('Bot/fresh/$execute', {})).text).toBe('1');
  });

  test('code is set in no other way, and a changed Binary is not run', async () => {
    const bot = (await full().get('Bot/fresh')).json<{ executableCode: { url: string } }>();
    const other = { ...bot, executableCode: { url: 'Binary/other' } };
    expect((await full().put('Bot/fresh', other)).codes()).toEqual(['BOT_CODE_NOT_DEPLOYED']);
    expect((await full().put('Bot/fresh', { ...bot, description: 'kept' })).status).toBe(200);
    const { url } = bot.executableCode;
    const binary = (await full().get(url, { accept: 'application/fhir+json' })).json<object>();
    const data = Buffer.from('exports.handler = () => 2').toString('base64');
    expect((await full().put(url, { ...binary, data })).status).toBe(200);
    expect((await full().post('Bot/fresh/$execute', {})).codes()).toEqual(['BOT_CODE_CHANGED']);
  });

  test('powers of a bot are changed only by those who may deploy', async () => {
    const bot = (await runner().get('Bot/echo')).json<object>();
    for (const power of [
      { runAsUser: true },
      { publicWebhook: true },
      { cronString: '* * * * *' },
    ]) {
      const answer = await runner().put('Bot/echo', { ...bot, ...power });
      expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_OPERATION_DENIED']]);
    }
    expect((await runner().put('Bot/echo', { ...bot, description: 'mine' })).status).toBe(200);
  });

  test('a schedule that cannot be kept is refused when it is written', async () => {
    const answer = await full().put('Bot/odd', {
      resourceType: 'Bot',
      id: 'odd',
      cronString: 'daily',
    });
    expect(answer.codes()).toEqual(['BOT_SCHEDULE_INVALID']);
  });
});

describe('$execute of a deployed bot', () => {
  test('by id and by identifier, of JSON, HL7 v2, forms and a query', async () => {
    const answer = await full().post('Bot/echo/$execute', { a: [1] });
    expect(answer.json()).toMatchObject({
      bot: { reference: 'Bot/echo' },
      contentType: 'application/fhir+json',
      input: { a: [1] },
      requester: { reference: 'ClientApplication/full' },
    });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const byIdentifier = await full().post(
      'Bot/$execute?identifier=urn:bots|echo',
      'a=1&b=%C3%A4',
      form,
    );
    expect(byIdentifier.json()).toMatchObject({ input: { a: '1', b: 'ä' } });
    const hl7 = await full().post('Bot/echo/$execute', HL7, {
      'content-type': 'x-application/hl7-v2+er7',
    });
    expect(hl7.text).toContain('ADT');
    expect((await full().get('Bot/echo/$execute?x=1')).json()).toMatchObject({ input: { x: '1' } });
    expect((await full().post('Bot/echo/$execute/below/it', {})).json()).toMatchObject({
      path: 'below/it',
    });
    expect((await full().post('Bot/$execute?identifier=urn:bots|none', {})).status).toBe(404);
  });

  test('MedplumClient.executeBot works', async () => {
    const medplum = new MedplumClient({ baseUrl: `${server.url}/`, accessToken: '' });
    medplum.setAccessToken(tokenOf('full'));
    expect(await medplum.executeBot('echo', { hello: 1 })).toMatchObject({ input: { hello: 1 } });
    const identifier = { system: 'urn:bots', value: 'echo' };
    expect(await medplum.executeBot(identifier, HL7, 'x-application/hl7-v2+er7')).toBeDefined();
  });

  test('[R-031] the bot sees what its own policy shows, whoever runs it; without execute nobody runs it', async () => {
    expect((await full().post('Bot/reads/$execute', {})).json()).toEqual(['open']);
    const refused = await server.as('patient-a').post('Bot/reads/$execute', {});
    expect([refused.status, refused.codes()]).toEqual([403, ['ACCESS_OPERATION_DENIED']]);
  });

  test('as its user only where the Bot says so', async () => {
    await deployBot(
      server,
      'as-user',
      "return (await medplum.searchResources('Organization')).length",
      { runAsUser: true },
    );
    expect((await full().post('Bot/as-user/$execute', {})).json()).toBeGreaterThanOrEqual(2);
    const answer = await runner().post('Bot/as-user/$execute', {});
    expect([answer.status, answer.codes()]).toEqual([400, ['BOT_FAILED']]);
  });

  test('a failure is 400; why is told to those who may read runs, without secrets', async () => {
    const told = await full().post('Bot/fails/$execute', {});
    expect([told.status, told.codes()]).toEqual([400, ['BOT_FAILED']]);
    expect(told.text).toContain('canary of the bot');
    expect(told.text).toContain('[secret TOKEN]');
    expect(told.text).not.toContain('hush-hush');
    const untold = await runner().post('Bot/fails/$execute', {});
    expect(untold.text).not.toContain('canary');
    expect(JSON.stringify(server.log)).not.toContain('hush-hush');
  });

  test('its time is bounded by the Bot', async () => {
    await deployBot(server, 'slow', 'for (;;);', { timeout: 1 });
    const answer = await full().post('Bot/slow/$execute', {});
    expect([answer.status, answer.codes()]).toEqual([400, ['BOT_TIMEOUT']]);
  });

  test('it reaches hosts that both it and the deployment name', async () => {
    const extension = [{ url: NETWORK, valueString: receiver.host }];
    const code = 'return (await fetch(event.input.url)).status';
    await deployBot(server, 'out', code, { extension });
    await deployBot(server, 'in', code);
    const url = `${receiver.url}/x`;
    expect((await full().post('Bot/out/$execute', { url })).text).toBe('200');
    expect((await full().post('Bot/in/$execute', { url })).text).toContain(
      'does not name this host',
    );
    const metadata = await full().post('Bot/out/$execute', { url: 'http://169.254.169.254/' });
    expect(metadata.text).toContain('may not reach');
    expect(receiver.calls).toHaveLength(1);
  });
});

describe('runs', () => {
  test('can be read with what was printed by those whose policy names it', async () => {
    const bundle = (await full().get('Bot/fails/$runs?_count=1')).json<Bundle<AuditEvent>>();
    expect(bundle.entry?.[0]?.resource).toMatchObject({
      type: { system: 'https://medplum.com/CodeSystem/audit-event', code: 'execute' },
      outcome: '4',
      outcomeDesc: expect.stringMatching(/\[secret TOKEN\][\s\S]*canary/),
    });
    const next = bundle.link?.[0]?.url ?? '';
    expect((await full().get(next)).json<Bundle>().entry).toHaveLength(1);
    expect((await runner().get('Bot/fails/$runs')).status).toBe(403);
    const rows = (await server.audit()).filter(
      ({ interaction }) => interaction === 'operation:bot-run',
    );
    expect(rows.some(({ agent, outcome }) => agent === 'Bot/fails' && outcome === 4)).toBe(true);
  });

  test('auditEventTrigger says when output is kept', async () => {
    await deployBot(server, 'quiet', "console.log('said'); return 1", {
      auditEventTrigger: 'on-error',
    });
    await full().post('Bot/quiet/$execute', {});
    const { entry } = (await full().get('Bot/quiet/$runs')).json<Bundle<AuditEvent>>();
    expect(entry?.map(({ resource }) => [resource?.outcome, resource?.outcomeDesc])).toEqual([
      ['0', undefined],
    ]);
  });
});

describe('later', () => {
  test('respond-async answers 202, then an AsyncJob; only its owner sees it', async () => {
    const started = await full().post('Bot/echo/$execute', { a: 1 }, { prefer: 'respond-async' });
    expect(started.status).toBe(202);
    const status = started.headers.get('content-location') ?? '';
    expect(status).toMatch(/\/fhir\/job\/[0-9a-f-]{36}\/status$/);
    const job = await settled(status);
    expect(job).toMatchObject({
      resourceType: 'AsyncJob',
      status: 'completed',
      output: {
        parameter: [{ name: 'responseBody', valueString: expect.stringContaining('"a":1') }],
      },
    });
    expect((await runner().get(status)).codes()).toEqual(['BOT_RUN_UNKNOWN']);
  });

  test('a failure and a cancelled run say so', async () => {
    const failed = await full().post('Bot/fails/$execute', {}, { prefer: 'respond-async' });
    expect(await settled(failed.headers.get('content-location') ?? '')).toMatchObject({
      status: 'error',
      output: { parameter: [{ resource: { issue: [{ details: { text: 'BOT_FAILED' } }] } }] },
    });
    await deployBot(server, 'long', 'await new Promise(() => undefined)', { timeout: 60 });
    const started = await full().post('Bot/long/$execute', {}, { prefer: 'respond-async' });
    const url = started.headers.get('content-location') ?? '';
    expect((await full().delete(url)).status).toBe(202);
    expect(await settled(url)).toMatchObject({ status: 'cancelled' });
    expect((await full().delete(url)).status).toBe(404);
  });

  async function settled(url: string): Promise<object> {
    for (let wait = 0; wait < 300; wait += 1) {
      const answer = await full().get(url);
      if (answer.status === 200) return answer.json<object>();
      expect(answer.status).toBe(202);
      await pause(50);
    }
    throw new Error('The job does not end');
  }
});
