import { afterEach, describe, expect, test } from '@jest/globals';
import type { AccessPolicy, Resource, ValueSet } from '@medplum/fhirtypes';
import {
  type MedplumSandbox,
  type MedplumSandboxOptions,
  startMedplumSandbox,
} from '../../../sandbox/medplum/index.ts';
import { credentials, deploy, deploying, smallRoot } from './deployment.ts';

const FEATURES = ['bots', 'cron'] as const;

const theirs: AccessPolicy = {
  resourceType: 'AccessPolicy',
  name: 'Reader',
  resource: [{ resourceType: 'Observation' }],
};

let open: MedplumSandbox | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function start(options: MedplumSandboxOptions = {}): Promise<MedplumSandbox> {
  open = await startMedplumSandbox({ features: [...FEATURES], ...options });
  return open;
}

async function count(sandbox: MedplumSandbox, type: Resource['resourceType']): Promise<number> {
  const found = await sandbox.resources.repository.searchResources({
    resourceType: type,
    count: 100,
  });
  return found.length;
}

describe('medplum:deploy that is killed', () => {
  // Profile, two policies, bot, its elements, its code, its subscription: one write each.
  test.each([0, 1, 2, 3, 4, 5, 6])(
    'with %i writes answered and one made that it never heard of: the next run goes on, nothing is there twice',
    async (writes) => {
      const sandbox = await start();
      const root = await smallRoot();
      const held = sandbox.writes.holdAfter(writes);
      const run = deploying([...(await credentials(sandbox)), '--root', root]);
      await held;
      run.kill();
      expect((await run.ended).code).toBeNull();
      sandbox.writes.release();
      expect(await deploy(sandbox, '--root', root)).toMatchObject({ code: 0 });
      expect(await count(sandbox, 'AccessPolicy')).toBe(2);
      expect(await count(sandbox, 'Bot')).toBe(1);
      expect(await count(sandbox, 'Subscription')).toBe(1);
      expect(await count(sandbox, 'ValueSet')).toBe(1);
      const third = await deploy(sandbox, '--root', root);
      expect(third.text).toContain('Nothing to do.');
    },
    90_000,
  );
});

describe('medplum:deploy that cannot go on', () => {
  test('wrong credentials: exit code 2, no secret in what it prints, nothing changed', async () => {
    const sandbox = await start();
    const secret = 'a-secret-that-is-wrong';
    const args = await credentials(sandbox, secret);
    const { code, text } = await deploying([...args, '--root', await smallRoot()]).ended;
    expect(code).toBe(2);
    expect(text).toContain('does not take the credentials: ');
    expect(text).not.toContain(secret);
    expect(sandbox.writes.made).toEqual([]);
  }, 90_000);

  test('a server that is down: exit code 2, and the address is named', async () => {
    const sandbox = await start();
    const args = await credentials(sandbox);
    await sandbox.close();
    const { code, text } = await deploying([...args, '--root', await smallRoot()]).ended;
    expect(code).toBe(2);
    expect(text).toContain(`${new URL(sandbox.url).host} does not answer`);
    expect(text).not.toContain(sandbox.client.secret);
  }, 90_000);

  test('a server that goes down on the way: it says how far it came, and the next run goes on', async () => {
    const sandbox = await start();
    const root = await smallRoot();
    const held = sandbox.writes.holdAfter(3);
    const run = deploying([...(await credentials(sandbox)), '--root', root]);
    await held;
    const { url } = sandbox;
    await sandbox.close();
    const { code, text } = await run.ended;
    expect(code).toBe(2);
    expect(text).toMatch(/\d of 6 steps are done; run it again to go on\./);
    expect(url).toMatch(/^http/);
  }, 90_000);

  test('what somebody changes between plan and write is not lost: 412, and it ends there', async () => {
    const sandbox = await start();
    const root = await smallRoot();
    expect(await deploy(sandbox, '--root', root)).toMatchObject({ code: 0 });
    const { repository } = sandbox.resources;
    const found = await repository.searchResources<ValueSet>({ resourceType: 'ValueSet' });
    const set = found[0]!;
    // The plan needs a write before this one, during which somebody else is quicker.
    await repository.updateResource<ValueSet>({ ...set, status: 'draft' });
    const policies = await repository.searchResources<AccessPolicy>({
      resourceType: 'AccessPolicy',
    });
    const policy = policies.find(({ name }) => name === 'Reader')!;
    await repository.updateResource<AccessPolicy>({ ...policy, resource: theirs.resource! });
    sandbox.writes.before('PUT /fhir/R4/ValueSet', async () => {
      await repository.updateResource<AccessPolicy>({
        ...policy,
        basedOn: [{ display: 'quicker' }],
      });
    });
    const { code, text } = await deploy(sandbox, '--root', root);
    expect(code).toBe(2);
    expect(text).toMatch(/AccessPolicy "Reader": .*\n1 of 2 steps are done/);
    const after = await repository.readResource<AccessPolicy>('AccessPolicy', policy.id);
    expect(after.basedOn).toEqual([{ display: 'quicker' }]);
  }, 90_000);

  test('an http address elsewhere: the secret does not leave', async () => {
    const sandbox = await start();
    const [, , ...rest] = await credentials(sandbox);
    const { code, text } = await deploying(['--url', 'http://medplum.example', ...rest]).ended;
    expect(code).toBe(2);
    expect(text).toContain('in the clear');
  }, 90_000);

  test.each([
    ['the project has no bots', { features: [] }, 'its feature bots is not switched on'],
    ['the client is no administrator', { admin: false }, 'the client is no administrator'],
  ])(
    '%s: told before anything is changed',
    async (_title, options, told) => {
      const sandbox = await start(options);
      const { code, text } = await deploy(sandbox, '--root', await smallRoot());
      expect(code).toBe(1);
      expect(text).toContain(told);
      expect(sandbox.writes.made).toEqual([]);
    },
    90_000,
  );
});

describe('medplum:deploy and what others put there under the same name', () => {
  test('a policy: nothing at all is changed without --force, with it that policy is taken over', async () => {
    const sandbox = await start();
    const root = await smallRoot();
    const { repository } = sandbox.resources;
    const { id } = await repository.createResource<AccessPolicy>(theirs);
    const { code, text } = await deploy(sandbox, '--root', root);
    expect(code).toBe(1);
    expect(text).toContain(`AccessPolicy/${id} was put there by somebody else`);
    expect(sandbox.writes.made).toEqual([]);
    expect(await deploy(sandbox, '--root', root, '--force')).toMatchObject({ code: 0 });
    const after = await repository.readResource<AccessPolicy>('AccessPolicy', id);
    expect(after.resource?.[0]?.resourceType).toBe('Patient');
    expect((await deploy(sandbox, '--root', root)).text).toContain('Nothing to do.');
  }, 90_000);

  test('a bot: nothing is changed without --force', async () => {
    const sandbox = await start();
    const root = await smallRoot();
    await sandbox.resources.repository.createResource({ resourceType: 'Bot', name: 'greeter' });
    const { code, text } = await deploy(sandbox, '--root', root);
    expect(code).toBe(1);
    expect(text).toContain('was put there by somebody else');
    expect(sandbox.writes.made).toEqual([]);
  }, 90_000);

  test('a name that only contains ours is nobody’s concern', async () => {
    const sandbox = await start();
    await sandbox.resources.repository.createResource<AccessPolicy>({
      ...theirs,
      name: 'Reader of all',
    });
    expect(await deploy(sandbox, '--root', await smallRoot())).toMatchObject({ code: 0 });
  }, 90_000);
});
