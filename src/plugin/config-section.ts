import { PluginError } from './plugin-error.ts';
import type { PluginDefinition } from './sdk.ts';

/**
 * Validates the section `plugins.<name>` of the configuration. A plugin without a schema takes none.
 * @param section undefined when the configuration has no such section; a schema then sees an empty object.
 * @throws PluginError `PLUGIN_CONFIG_INVALID`, naming every problem by key, never by value.
 */
export async function readConfigSection(
  { name, config }: Pick<PluginDefinition, 'name' | 'config'>,
  section: unknown,
): Promise<unknown> {
  if (config === undefined) {
    // A section that only said `enabled` is empty by now.
    if (section === undefined || isEmpty(section)) return undefined;
    throw new PluginError('PLUGIN_CONFIG_INVALID', name, { problems: 'the plugin takes none' });
  }
  const result = await config.safeParseAsync(section ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues
    .map(({ path, message }) => `${['plugins', name, ...path].join('.')}: ${message}`)
    .join('; ');
  throw new PluginError('PLUGIN_CONFIG_INVALID', name, { problems });
}

function isEmpty(section: unknown): boolean {
  return typeof section === 'object' && section !== null && Object.keys(section).length === 0;
}

/**
 * Refuses sections of plugins that do not exist, which are mostly misspelt. Those of plugins that are there but not
 * enabled may stay.
 * @throws PluginError `PLUGIN_CONFIG_INVALID`
 */
export function refuseUnknownSections(
  sections: Readonly<Record<string, unknown>>,
  folders: readonly string[],
): void {
  for (const name of Object.keys(sections)) {
    if (!folders.includes(name)) {
      throw new PluginError('PLUGIN_CONFIG_INVALID', name, { problems: 'there is no such plugin' });
    }
  }
}
