import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { grant } from '../../support/grant.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { botFolder } from './bot-folder.ts';

let server: TestServer;
let directory: string;

beforeAll(async () => {
  directory = await botFolder({
    echo: { handler: 'return { got: event.input, by: event.requester?.reference };' },
    fails: { handler: 'throw new Error("canary-text-of-the-bot");' },
    reader: {
      handler:
        'return (await medplum.searchResources("Patient")).map((patient: any) => patient.id);',
    },
    follower: {
      handler:
        'await medplum.createResource({ resourceType: "Basic", code: { text: "seen " + event.input.id } });',
      manifest: {
        triggers: [{ subscription: 'Organization?name=follow', interactions: ['create'] }],
      },
    },
  });
  server = await startTestServer({ bots: directory });
  const full = server.as('full');
  const policy = {
    resourceType: 'AccessPolicy',
    id: 'follower',
    resource: [{ resourceType: 'Basic', interaction: ['create'] }],
  };
  const membership = {
    resourceType: 'ProjectMembership',
    id: 'bot-follower',
    project: { reference: 'Project/default' },
    user: { reference: 'Bot/follower' },
    profile: { reference: 'Bot/follower' },
    access: [{ policy: { reference: 'AccessPolicy/follower' } }],
  };
  expect((await full.put('AccessPolicy/follower', policy)).status).toBe(201);
  expect((await full.put('ProjectMembership/bot-follower', membership)).status).toBe(201);
}, 60_000);

afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
}, 30_000);

describe('Bot/[id]/$execute', () => {
  test('answers with what the bot returns, and names who asked', async () => {
    const answer = await server.as('full').post('Bot/echo/$execute', { pulse: 61 });
    expect([answer.status, answer.json()]).toEqual([
      200,
      { got: { pulse: 61 }, by: 'ClientApplication/full' },
    ]);
  });

  test('is for those whose policy names it, and is recorded either way', async () => {
    const head = await server.auditHead();
    const refused = await server.as('patient-a').post('Bot/echo/$execute', {});
    expect([refused.status, refused.codes()]).toEqual([403, ['ACCESS_OPERATION_DENIED']]);
    await server.as('full').post('Bot/echo/$execute', {});
    const rows = (await server.audit(head)).filter(
      (row) => row.interaction === 'operation:execute',
    );
    expect(rows.map(({ agent, outcome }) => [agent, outcome])).toEqual([
      ['Patient/patient-a', 8],
      ['ClientApplication/full', 0],
    ]);
  });

  test('a bot that fails is a coded error without the words of the bot', async () => {
    const policy = {
      resourceType: 'AccessPolicy',
      id: 'runner',
      extension: [
        {
          url: 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation',
          valueCode: 'execute',
        },
      ],
      resource: [{ resourceType: 'Bot', interaction: ['read'] }],
    };
    expect((await server.as('full').put('AccessPolicy/runner', policy)).status).toBe(201);
    await grant(server, 'Practitioner/runner', { runner: {} });
    const answer = await server.asProfile('Practitioner/runner').post('Bot/fails/$execute', {});
    expect([answer.status, answer.codes()]).toEqual([400, ['BOT_FAILED']]);
    expect(answer.text).not.toContain('canary');
  });

  test('[R-031] a bot without a policy sees nothing, whoever runs it', async () => {
    const answer = await server.as('full').post('Bot/reader/$execute', {});
    expect(answer.status).toBe(400);
    const denied = (await server.audit()).filter(({ agent }) => agent === 'Bot/reader');
    expect(denied.map(({ interaction, outcome }) => [interaction, outcome])).toEqual([
      ['search-type', 8],
      ['operation:bot-run', 4],
    ]);
  });

  test('a bot that does not exist is not found', async () => {
    expect((await server.as('full').post('Bot/nobody/$execute', {})).status).toBe(404);
  });
});

describe('bots that follow writes', () => {
  test('a matching create starts the bot through the outbox; others do not', async () => {
    const full = server.as('full');
    await full.post('Organization', { resourceType: 'Organization', name: 'elsewhere' });
    const followed = await full.post('Organization', {
      resourceType: 'Organization',
      name: 'Followed',
    });
    const { id } = followed.json<{ readonly id: string }>();
    const found = async (): Promise<readonly string[]> => {
      const answer = await full.get('Basic');
      const bundle = answer.json<{
        entry?: { resource: { code: { text: string } } }[];
      }>();
      return (bundle.entry ?? []).map(({ resource }) => resource.code.text);
    };
    for (let wait = 0; wait < 200 && (await found()).length === 0; wait += 1) await pause(50);
    expect(await found()).toEqual([`seen ${id}`]);
    const [row] = (await server.audit()).filter(({ agent }) => agent === 'Bot/follower');
    expect(row).toMatchObject({
      interaction: 'create',
      type: 'Basic',
      outcome: 0,
      rule: 'follower#0',
    });
  }, 30_000);
});
