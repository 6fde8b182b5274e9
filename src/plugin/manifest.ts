import { z } from 'zod';
import { HOOK_NAMES, type HookName } from './hooks.ts';
import { PluginError } from './plugin-error.ts';
import { type PluginDefinition, SDK_VERSION } from './sdk.ts';
import { inVersionRange } from './version-range.ts';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const policySchema = z.strictObject({
  resource: z.array(
    z.strictObject({
      resourceType: z.string(),
      criteria: z.string().optional(),
      interaction: z.array(z.string()).optional(),
    }),
  ),
  operation: z.array(z.string()).optional(),
});

const schema = z.strictObject({
  name: z.string().regex(NAME).max(60),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  sdk: z.string(),
  requires: z.array(z.string()).optional(),
  config: z
    .custom(
      (value) => typeof (value as { safeParse?: unknown }).safeParse === 'function',
      'no schema',
    )
    .optional(),
  accessPolicy: policySchema.optional(),
  databases: z.array(z.enum(['accounts', 'billing'])).optional(),
  hooks: z.array(z.string()).optional(),
  register: z.custom((value) => typeof value === 'function', 'no function'),
});

const KNOWN_HOOKS: ReadonlySet<string> = new Set(HOOK_NAMES);

/**
 * Reads the default export of a plugin.
 * @throws PluginError `PLUGIN_NOT_A_PLUGIN`, `PLUGIN_SDK_MISMATCH`, `PLUGIN_HOOK_UNKNOWN`
 */
export function readManifest(exported: unknown, folder: string): PluginDefinition {
  const result = schema.safeParse(exported);
  if (!result.success) {
    const reason = result.error.issues
      .map(({ path, message }) => `${path.join('.') || 'the export'}: ${message}`)
      .join('; ');
    throw new PluginError('PLUGIN_NOT_A_PLUGIN', folder, { reason });
  }
  const { name, sdk, hooks = [] } = result.data;
  if (inVersionRange(SDK_VERSION, sdk) !== true) {
    throw new PluginError('PLUGIN_SDK_MISMATCH', name, { range: sdk, version: SDK_VERSION });
  }
  for (const hook of hooks) requireKnownHook(name, hook);
  // The object itself, not zod's copy: `register` may use `this`.
  return exported as PluginDefinition;
}

/** @throws PluginError `PLUGIN_HOOK_UNKNOWN` */
export function requireKnownHook(plugin: string, hook: string): asserts hook is HookName {
  if (!KNOWN_HOOKS.has(hook)) throw new PluginError('PLUGIN_HOOK_UNKNOWN', plugin, { hook });
}
