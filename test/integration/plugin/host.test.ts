import { describe, expect, test } from '@jest/globals';
import type { HookContext } from '../../../src/plugin/hooks.ts';
import { load, plugin, recorder } from './plugin-folder.ts';

const context = { requestId: 'r', interaction: 'create' } as HookContext;
const outcome = JSON.stringify(new URL('../../../src/plugin/sdk.ts', import.meta.url).href);
const created = "hooks: ['STORAGE_PRESTORAGE_RESOURCE_CREATED'],";
const onCreate = (body: string): string =>
  `host.hook('STORAGE_PRESTORAGE_RESOURCE_CREATED', async (context: any, resource: any) => { ${body} });`;

describe('plugin host: registration', () => {
  test('plugins register after what they require, otherwise alphabetically, and close in reverse', async () => {
    const record = recorder();
    const steps = (name: string): string =>
      `host.onReady(() => host.audit({ agent: 'ready ${name}' })); host.onClose(() => host.audit({ agent: 'close ${name} 1' })); host.onClose(() => host.audit({ agent: 'close ${name} 2' }));`;
    const set = await load(
      {
        alpha: plugin('alpha', "requires: ['zeta'],", steps('alpha')),
        beta: plugin('beta', '', steps('beta')),
        zeta: plugin('zeta', '', steps('zeta')),
      },
      {},
      record,
    );
    expect(set.names).toEqual(['zeta', 'alpha', 'beta']);
    await set.ready();
    await set.close();
    await set.close();
    expect(record.calls.filter((call) => call.startsWith('audit'))).toEqual(
      [
        'ready zeta',
        'ready alpha',
        'ready beta',
        'close beta 2',
        'close beta 1',
        'close alpha 2',
        'close alpha 1',
        'close zeta 2',
        'close zeta 1',
      ].map((step) => `audit ${step}`),
    );
  });

  test('a close step that fails or hangs is logged and does not keep the others', async () => {
    const record = recorder();
    const set = await load(
      {
        a: plugin('a', '', "host.onClose(() => host.audit({ agent: 'closed' }));"),
        b: plugin('b', '', "host.onClose(() => { throw new TypeError('x'); });"),
        c: plugin('c', '', 'host.onClose(() => new Promise(() => {}));'),
      },
      { limits: { lifecycle: 50 } },
      record,
    );
    await set.close();
    expect(record.calls).toContain('audit closed');
    const events = record.log.map(({ event, plugin: name }) => [event, name]);
    expect(events).toContainEqual(['plugin.close.failed', 'b']);
    expect(events).toContainEqual(['plugin.close.timeout', 'c']);
  });

  test('each plugin acts as its own identity with its own policy, jobs, folder and log', async () => {
    const record = recorder();
    const register = `
      host.jobs('billing').handle('send', async () => undefined);
      await host.jobs('billing').enqueue({}, 'send', 1);
      await host.audit({ agent: JSON.stringify([host.mode, host.origin, host.database('billing').name, host.dataDirectory.split('/').at(-1), Object.isFrozen(host)]) });
      await host.audit({ agent: JSON.stringify(await host.executeBot('b', 1)) });
      await host.audit({});
      host.log.info({ event: 'x' });`;
    await load(
      {
        a: plugin(
          'a',
          "databases: ['billing'], accessPolicy: { resource: [{ resourceType: 'Patient' }] },",
          register,
        ),
      },
      {},
      record,
    );
    expect(record.calls).toEqual([
      'repository Device/plugin-a 1',
      'handle billing plugin/a/send',
      'enqueue billing plugin/a/send',
      'audit ["sandbox","https://diga.example","billing","a",true]',
      'audit {"name":"b","input":1,"requester":"Device/plugin-a"}',
      'audit Device/plugin-a',
    ]);
    expect(record.log).toContainEqual(expect.objectContaining({ event: 'x', plugin: 'a' }));
  });

  test('what a plugin provides is there for those that require it', async () => {
    const record = recorder();
    await load(
      {
        a: plugin(
          'a',
          "requires: ['b'],",
          "await host.audit({ agent: host.use('b', 'greet')('a') });",
        ),
        b: plugin('b', '', "host.provide('greet', (name: string) => `hello ${name}`);"),
      },
      {},
      record,
    );
    expect(record.calls).toContain('audit hello a');
  });
});

describe('plugin host: request path', () => {
  test('a path belongs to the longest prefix that ends at a segment', async () => {
    const answer = (text: string): string => `() => '${text}' as any`;
    const set = await load({
      a: plugin(
        'a',
        '',
        `host.route('/x', ${answer('x')}); host.route('/x/deep', ${answer('deep')});`,
      ),
      b: plugin('b', '', `host.route('/y', ${answer('y')});`),
    });
    const call = (path: string): unknown =>
      set.routes(path)?.(undefined as never, undefined as never);
    expect(['/x', '/x/1', '/x/deep', '/x/deep/1', '/x/deeper', '/y/'].map(call)).toEqual([
      'x',
      'x',
      'deep',
      'deep',
      'x',
      'y',
    ]);
    expect(['/', '', '/xy', '/X', '/fhir', '/fhir/Patient', '/fhir/x'].map(call)).toEqual(
      Array(7).fill(undefined),
    );
  });

  test('operations are found by level, type and name', async () => {
    const set = await load({
      a: plugin(
        'a',
        '',
        `
        host.operation({ name: 'one', level: 'system', documentation: 'x', handle: async () => ({}) });
        host.operation({ name: 'one', level: 'type', resourceType: 'Patient', documentation: 'x', handle: async () => ({}) });`,
      ),
    });
    expect(set.operations.find('system', undefined, 'one')).toMatchObject({
      plugin: 'a',
      level: 'system',
    });
    expect(set.operations.find('type', 'Patient', 'one')?.level).toBe('type');
    expect(set.operations.find('type', 'Observation', 'one')).toBeUndefined();
    expect(set.operations.find('instance', 'Patient', 'one')).toBeUndefined();
    expect(set.operations.all()).toHaveLength(2);
  });

  test('hooks run in order and each gets what the one before returned', async () => {
    const set = await load({
      a: plugin('a', created, onCreate("return { ...resource, id: 'a' };")),
      b: plugin(
        'b',
        `requires: ['c'], ${created}`,
        onCreate('return { ...resource, id: `${resource.id}b` };'),
      ),
      c: plugin('c', created, onCreate('return { ...resource, id: `${resource.id}c` };')),
    });
    expect(set.hooks.has('STORAGE_PRESTORAGE_RESOURCE_CREATED')).toBe(true);
    expect(set.hooks.has('SERVER_PROCESSING_COMPLETED')).toBe(false);
    const resource = await set.hooks.run('STORAGE_PRESTORAGE_RESOURCE_CREATED', context, {
      resourceType: 'Patient',
    });
    expect(resource).toEqual({ resourceType: 'Patient', id: 'acb' });
  });

  test('a FhirError of a hook vetoes with it, and later hooks do not run', async () => {
    const record = recorder();
    const veto = `import { errorFactory } from ${outcome};
      const fail = errorFactory({ NO_CONSENT: { status: 422, issue: 'business-rule', text: 'There is no consent' } });
      ${plugin('a', created, onCreate("throw fail('NO_CONSENT');"))}`;
    const set = await load(
      {
        a: veto,
        b: plugin('b', created, onCreate("await host.audit({ agent: 'ran' }); return resource;")),
      },
      {},
      record,
    );
    const run = set.hooks.run('STORAGE_PRESTORAGE_RESOURCE_CREATED', context, {
      resourceType: 'Patient',
    });
    await expect(run).rejects.toMatchObject({ code: 'NO_CONSENT', status: 422 });
    expect(record.calls).not.toContain('audit ran');
  });

  test.each([
    ['throws', "throw new Error('content of a patient');", 'hook.failed'],
    ['hangs', 'return new Promise(() => {});', 'hook.timeout'],
    ['returns nothing', '', 'hook.result.invalid'],
    ['returns another type', "return { resourceType: 'Observation' };", 'hook.result.invalid'],
  ])('a hook that %s becomes a 500; the log names plugin and hook', async (_, body, event) => {
    const record = recorder();
    const set = await load(
      { a: plugin('a', created, onCreate(body)) },
      { limits: { hook: 50 } },
      record,
    );
    const run = set.hooks.run('STORAGE_PRESTORAGE_RESOURCE_CREATED', context, {
      resourceType: 'Patient',
    });
    const error = await run.then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    expect(error).toMatchObject({ code: 'SERVER_ERROR', status: 500 });
    expect(JSON.stringify(error)).not.toContain('content of a patient');
    expect(record.log).toContainEqual(
      expect.objectContaining({ event, plugin: 'a', hook: 'STORAGE_PRESTORAGE_RESOURCE_CREATED' }),
    );
    expect(JSON.stringify(record.log)).not.toContain('content of a patient');
  });

  test('after the response a failing hook is logged and the others still run', async () => {
    const record = recorder();
    const completed = (body: string): string =>
      `host.hook('SERVER_PROCESSING_COMPLETED', async () => { ${body} });`;
    const members = "hooks: ['SERVER_PROCESSING_COMPLETED'],";
    const set = await load(
      {
        a: plugin('a', members, completed("throw new Error('x');")),
        b: plugin('b', members, completed("await host.audit({ agent: 'ran' });")),
      },
      {},
      record,
    );
    await set.hooks.run('SERVER_PROCESSING_COMPLETED', context, 200);
    expect(record.calls).toContain('audit ran');
    expect(record.log).toContainEqual(
      expect.objectContaining({ event: 'hook.failed', plugin: 'a' }),
    );
  });
});
