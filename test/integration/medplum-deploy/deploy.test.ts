import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AccessPolicy, Bot, ProjectMembership } from '@medplum/fhirtypes';
import { type MedplumSandbox, startMedplumSandbox } from '../../../sandbox/medplum/index.ts';
import { deploy, smallRoot } from './deployment.ts';

describe('medplum:deploy puts what ships with the server on a stock Medplum server', () => {
  let sandbox: MedplumSandbox;
  beforeAll(async () => {
    sandbox = await startMedplumSandbox();
  });
  afterAll(() => sandbox.close());

  test('a dry run prints the plan and what cannot be enforced, and changes nothing', async () => {
    const { code, text } = await deploy(sandbox, '--dry-run');
    expect(code).toBe(0);
    expect(text).toMatch(/^\+ create {3}AccessPolicy "Patient"$/m);
    expect(text).toMatch(/^\+ create {3}Bot "gkv-billing"$/m);
    expect(text).toMatch(
      /^~ deploy {3}code of Bot "gkv-billing": \d+ characters, SHA-256 [0-9a-f]{64}$/m,
    );
    expect(text).toContain('relations such as %treated are not known there');
    expect(text).toMatch(/nothing was changed/);
    expect(sandbox.writes.made).toEqual([]);
  }, 90_000);

  test('the first run does all of it, the second finds nothing to do', async () => {
    const first = await deploy(sandbox);
    expect(first).toMatchObject({ code: 0 });
    const written = sandbox.writes.made.length;
    expect(written).toBeGreaterThan(10);
    const second = await deploy(sandbox);
    expect(second).toMatchObject({ code: 0 });
    expect(second.text).toContain('Nothing to do.');
    expect(sandbox.writes.made).toHaveLength(written);
  }, 90_000);

  test('no policy allows there what it does not allow here: entries by relation, mask or aggregate stay away', async () => {
    const { repository } = sandbox.resources;
    const { entry = [] } = await repository.search<AccessPolicy & { id: string }>({
      resourceType: 'AccessPolicy',
      count: 100,
    });
    const policies = entry.map(({ resource }) => resource!);
    expect(policies.map(({ name }) => name)).not.toContain('Researcher');
    expect(policies.map(({ name }) => name)).not.toContain('Support under break-glass');
    for (const { name, resource = [] } of policies) {
      expect([name, resource.length]).not.toEqual([name, 0]);
      for (const { resourceType, criteria = '' } of resource) {
        expect(resourceType).not.toBe('*');
        expect(criteria).not.toMatch(
          /%(?:treated|permitting|represented|enrolled|consenting|broken)/,
        );
      }
    }
    const sponsor = policies.find(({ name }) => name === 'Sponsor');
    expect(sponsor?.resource?.map(({ resourceType }) => resourceType)).toEqual(['Measure']);
  });

  test('a bot has a policy before it has code: without one it could do everything there', async () => {
    const { repository } = sandbox.resources;
    const bot = await repository.searchOne<Bot & { id: string }>({
      resourceType: 'Bot',
    });
    const membership = await repository.searchOne<ProjectMembership & { id: string }>({
      resourceType: 'ProjectMembership',
    });
    expect(membership?.profile.reference).toBe(`Bot/${bot?.id ?? ''}`);
    const [, policy = ''] = membership?.accessPolicy?.reference?.split('/') ?? [];
    const { resource } = await repository.readResource<AccessPolicy>('AccessPolicy', policy);
    expect(resource).toEqual([
      { resourceType: 'Bot', criteria: 'Bot?_id=%profile.id', interaction: ['read'] },
    ]);
    expect(bot).toMatchObject({ timeout: 60 });
    const order = sandbox.writes.made.map((line) => line.replace(/[0-9a-f-]{36}/g, 'ID'));
    expect(order.slice(-3)).toEqual([
      'POST /admin/projects/ID/bot',
      'PATCH /fhir/R4/Bot/ID',
      'POST /fhir/R4/Bot/ID/$deploy',
    ]);
  });
});

describe('medplum:deploy sets right what was changed there', () => {
  let sandbox: MedplumSandbox;
  let root: string;
  beforeAll(async () => {
    sandbox = await startMedplumSandbox({ features: ['bots', 'cron'] });
    root = await smallRoot();
    expect(await deploy(sandbox, '--root', root)).toMatchObject({ code: 0 });
  }, 90_000);
  afterAll(() => sandbox.close());

  async function change<T>(type: 'AccessPolicy' | 'Bot' | 'ProjectMembership', by: (it: T) => T) {
    const { repository } = sandbox.resources;
    const found = await repository.searchResources({ resourceType: type, count: 100 });
    const [first] = found.filter(
      (one) => !('name' in one) || one.name === 'Reader' || type === 'Bot',
    );
    await repository.updateResource(by(first as T) as AccessPolicy);
  }

  test.each([
    [
      'an entry that was added to a policy',
      '~ update   AccessPolicy "Reader": resource',
      () =>
        change<AccessPolicy>('AccessPolicy', (policy) => ({
          ...policy,
          resource: [...(policy.resource ?? []), { resourceType: 'Observation' }],
        })),
    ],
    [
      'a public webhook and another schedule',
      '~ update   Bot "greeter": cronString, publicWebhook',
      () => change<Bot>('Bot', (bot) => ({ ...bot, publicWebhook: true, cronString: '* * * * *' })),
    ],
    [
      'a membership without a policy',
      '~ update   membership of Bot "greeter": accessPolicy',
      () =>
        change<ProjectMembership>(
          'ProjectMembership',
          ({ accessPolicy: _policy, ...rest }) => rest,
        ),
    ],
  ])(
    '%s',
    async (_title, line, drift) => {
      await drift();
      const { code, text } = await deploy(sandbox, '--root', root);
      expect(code).toBe(0);
      expect(text).toContain(line);
      expect(text).toContain('1 steps done.');
      expect((await deploy(sandbox, '--root', root)).text).toContain('Nothing to do.');
    },
    90_000,
  );

  test('code that somebody else deployed', async () => {
    const { client, url } = sandbox;
    const form = {
      grant_type: 'client_credentials',
      client_id: client.id,
      client_secret: client.secret,
    };
    const token = await fetch(`${url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    const { access_token } = (await token.json()) as { access_token: string };
    const bot = await sandbox.resources.repository.searchOne({ resourceType: 'Bot' });
    const deployed = await fetch(`${url}/fhir/R4/Bot/${bot?.id ?? ''}/$deploy`, {
      method: 'POST',
      body: JSON.stringify({ code: 'exports.handler = () => process.exit();' }),
      headers: { Authorization: `Bearer ${access_token}` },
    });
    expect(deployed.status).toBe(200);
    const { text } = await deploy(sandbox, '--root', root);
    expect(text).toMatch(/^~ deploy {3}code of Bot "greeter"/m);
    expect((await deploy(sandbox, '--root', root)).text).toContain('Nothing to do.');
  }, 90_000);

  test('what others set on a bot stays: other identifiers, tags and elements', async () => {
    await change<Bot>('Bot', (bot) => ({
      ...bot,
      auditEventTrigger: 'never',
      timeout: 5,
      identifier: [...(bot.identifier ?? []), { system: 'urn:theirs', value: 'x' }],
      meta: { tag: [...(bot.meta?.tag ?? []), { system: 'urn:theirs', code: 'y' }] },
    }));
    const { text } = await deploy(sandbox, '--root', root);
    expect(text).toContain('timeout');
    const bot = await sandbox.resources.repository.searchOne<Bot & { id: string }>({
      resourceType: 'Bot',
    });
    expect(bot).toMatchObject({ timeout: 30, auditEventTrigger: 'never' });
    expect(bot?.identifier).toContainEqual({ system: 'urn:theirs', value: 'x' });
    expect(bot?.meta?.tag).toContainEqual({ system: 'urn:theirs', code: 'y' });
  }, 90_000);

  test('a policy that is no more here is named and stays: without one a membership could do everything', async () => {
    const other = await smallRoot();
    await rm(join(other, 'access-policies', 'reader.json'));
    const before = sandbox.writes.made.length;
    const { code, text } = await deploy(sandbox, '--root', other);
    expect(code).toBe(0);
    expect(text).toMatch(/^\? left {5}AccessPolicy\/[0-9a-f-]{36}: this server has it no more/m);
    expect(text.match(/^\? left/gm)).toHaveLength(1);
    expect(sandbox.writes.made).toHaveLength(before);
  }, 90_000);

  test('a bot has the policy of its own name where there is one', async () => {
    const other = await smallRoot();
    const resource = [{ resourceType: 'Task', interaction: ['create'] }];
    const policy = {
      resourceType: 'AccessPolicy',
      id: 'bot-greeter',
      name: 'Bot greeter',
      resource,
    };
    await writeFile(join(other, 'access-policies', 'bot-greeter.json'), JSON.stringify(policy));
    const { text } = await deploy(sandbox, '--root', other);
    expect(text).toContain('~ update   AccessPolicy "Bot greeter": resource');
    expect(text).toContain('= keep     membership of Bot "greeter"');
    const found = await sandbox.resources.repository.searchResources<AccessPolicy>({
      resourceType: 'AccessPolicy',
    });
    expect(found.find(({ name }) => name === 'Bot greeter')?.resource).toEqual(resource);
  }, 90_000);
});
