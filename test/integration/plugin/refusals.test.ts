import { describe, expect, test } from '@jest/globals';
import { PLUGIN_ERRORS } from '../../../src/plugin/plugin-error.ts';
import { load, plugin, recorder } from './plugin-folder.ts';

const NEVER = 'await new Promise(() => {});';
const noop = '() => undefined';

type Case = readonly [
  code: string,
  culprit: string,
  plugins: Record<string, string>,
  options?: Parameters<typeof load>[1],
];

const zod = JSON.stringify(import.meta.resolve('zod'));
const withSchema = (name: string): string =>
  `import { z } from ${zod};\n${plugin(name, 'config: z.strictObject({ port: z.number(), secret: z.string().max(3) }),')}`;

const operation = (name: string): string =>
  `host.operation({ name: '${name}', level: 'type', resourceType: 'Patient', documentation: 'x', handle: async () => ({}) });`;

const cases: readonly Case[] = [
  ['PLUGIN_NOT_FOUND', 'b', { a: plugin('a') }, { enabled: ['a', 'b'] }],
  ['PLUGIN_NOT_A_PLUGIN', 'a', { a: 'export default { name: "a" };' }],
  ['PLUGIN_NOT_A_PLUGIN', 'a', { a: 'throw new Error("broken");' }],
  ['PLUGIN_NOT_A_PLUGIN', 'a', { a: plugin('a', 'route: 1,') }],
  ['PLUGIN_NAME_DIFFERS', 'a', { a: plugin('b') }],
  ['PLUGIN_SDK_MISMATCH', 'a', { a: plugin('a').replace('^0.1.0', '^0.2.0') }],
  ['PLUGIN_SDK_MISMATCH', 'a', { a: plugin('a').replace('^0.1.0', 'latest') }],
  ['PLUGIN_REQUIRES_MISSING', 'a', { a: plugin('a', "requires: ['b'],") }],
  [
    'PLUGIN_REQUIRES_MISSING',
    'a',
    { a: plugin('a', "requires: ['b'],"), b: plugin('b') },
    { enabled: ['a'] },
  ],
  ['PLUGIN_CYCLE', 'a', { a: plugin('a', "requires: ['b'],"), b: plugin('b', "requires: ['a'],") }],
  [
    'PLUGIN_CONFIG_INVALID',
    'a',
    { a: withSchema('a') },
    { config: { a: { port: '80', secret: 'hush-hush' } } },
  ],
  ['PLUGIN_CONFIG_INVALID', 'a', { a: plugin('a') }, { config: { a: { port: 80 } } }],
  ['PLUGIN_CONFIG_INVALID', 'typo', { a: plugin('a') }, { config: { typo: {} } }],
  ['PLUGIN_HOOK_UNKNOWN', 'a', { a: plugin('a', "hooks: ['SERVER_NONSENSE'],") }],
  ['PLUGIN_HOOK_UNKNOWN', 'a', { a: plugin('a', '', `host.hook('SERVER_NONSENSE', ${noop});`) }],
  [
    'PLUGIN_HOOK_UNDECLARED',
    'a',
    { a: plugin('a', '', `host.hook('SERVER_PROCESSING_COMPLETED', ${noop});`) },
  ],
  ['PLUGIN_ROUTE_INVALID', 'a', { a: plugin('a', '', `host.route('a/', ${noop});`) }],
  ['PLUGIN_ROUTE_INVALID', 'a', { a: plugin('a', '', `host.route('/x/../fhir', ${noop});`) }],
  ['PLUGIN_ROUTE_TAKEN', 'a', { a: plugin('a', '', `host.route('/fhir/R4', ${noop});`) }],
  [
    'PLUGIN_ROUTE_TAKEN',
    'b',
    {
      a: plugin('a', '', `host.route('/x', ${noop});`),
      b: plugin('b', '', `host.route('/x/y', ${noop});`),
    },
  ],
  [
    'PLUGIN_ROUTE_TAKEN',
    'b',
    {
      a: plugin('a', '', `host.route('/x/y', ${noop});`),
      b: plugin('b', '', `host.route('/x', ${noop});`),
    },
  ],
  ['PLUGIN_OPERATION_INVALID', 'a', { a: plugin('a', '', operation('$redeem')) }],
  [
    'PLUGIN_OPERATION_TAKEN',
    'b',
    { a: plugin('a', '', operation('redeem')), b: plugin('b', '', operation('redeem')) },
  ],
  [
    'PLUGIN_AUTHENTICATOR_TAKEN',
    'b',
    {
      a: plugin('a', '', 'host.authenticator({});'),
      b: plugin('b', '', 'host.authenticator({});'),
    },
  ],
  [
    'PLUGIN_NOT_THE_AUTHENTICATOR',
    'b',
    {
      a: plugin('a', '', 'host.authenticator({});'),
      b: plugin(
        'b',
        '',
        "await host.asIdentity({ profile: 'Patient/1', clientId: 'x', scope: '' }, { requestId: 'r' });",
      ),
    },
  ],
  ['PLUGIN_AUTHENTICATOR_MISSING', '-', { a: plugin('a') }, { authenticatorRequired: true }],
  [
    'PLUGIN_DATABASE_NOT_DECLARED',
    'a',
    { a: plugin('a', "databases: ['billing'],", "host.database('accounts');") },
  ],
  ['PLUGIN_DATABASE_NOT_DECLARED', 'a', { a: plugin('a', '', "host.jobs('accounts');") }],
  [
    'PLUGIN_CAPABILITY_MISSING',
    'b',
    { a: plugin('a', '', "host.provide('x', 1);"), b: plugin('b', '', "host.use('a', 'x');") },
  ],
  [
    'PLUGIN_CAPABILITY_MISSING',
    'b',
    { a: plugin('a'), b: plugin('b', "requires: ['a'],", "host.use('a', 'x');") },
  ],
  [
    'PLUGIN_CAPABILITY_TAKEN',
    'a',
    { a: plugin('a', '', "host.provide('x', 1); host.provide('x', 2);") },
  ],
  ['PLUGIN_REGISTER_TIMEOUT', 'a', { a: plugin('a', '', NEVER) }, { limits: { register: 50 } }],
  ['PLUGIN_REGISTER_FAILED', 'a', { a: plugin('a', '', "throw new Error('secret text');") }],
];

describe('plugin host: refusals', () => {
  test.each(cases)('%s, naming plugin %s', async (...[code, culprit, plugins, options]) => {
    const error = await load(plugins, options).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    expect(error).toMatchObject({ name: 'PluginError', code, plugin: culprit });
    expect(error?.message).toContain(`${code}: plugin ${culprit}: `);
    expect(error?.message).not.toMatch(/hush-hush|secret text|\{\w+\}/);
  });

  test('PLUGIN_REGISTER_LATE: after its time is up a plugin registers nothing', async () => {
    const record = recorder();
    const late = `setTimeout(() => { try { host.route('/late', () => undefined); } catch (error: any) { host.audit({ agent: error.code }); } }, 20);`;
    const set = await load({ a: plugin('a', '', late) }, {}, record);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(set.routes('/late')).toBeUndefined();
    expect(record.calls).toContain('audit PLUGIN_REGISTER_LATE');
  });

  test('PLUGIN_READY_FAILED: a plugin that cannot get ready is named', async () => {
    const set = await load({
      a: plugin('a', '', "host.onReady(() => { throw new Error('x'); });"),
    });
    await expect(set.ready()).rejects.toMatchObject({ code: 'PLUGIN_READY_FAILED', plugin: 'a' });
  });

  test('every code of the table is refused by one of these tests', () => {
    const tested = new Set([
      ...cases.map(([code]) => code),
      'PLUGIN_REGISTER_LATE',
      'PLUGIN_READY_FAILED',
    ]);
    expect([...tested].sort()).toEqual(Object.keys(PLUGIN_ERRORS).sort());
  });

  test('when one is refused, those registered before it are closed', async () => {
    const record = recorder();
    const first = plugin('a', '', "host.onClose(() => host.audit({ agent: 'closed' }));");
    const second = plugin('b', '', "throw new Error('no');");
    await expect(load({ a: first, b: second }, {}, record)).rejects.toMatchObject({ plugin: 'b' });
    expect(record.calls).toContain('audit closed');
  });
});
