import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readManifest } from './manifest.ts';
import { PluginError } from './plugin-error.ts';
import type { PluginDefinition } from './sdk.ts';

/** A plugin that was found and whose manifest is well formed. */
export interface FoundPlugin {
  readonly definition: PluginDefinition;
  /** Folder of the plugin. */
  readonly directory: string;
}

/**
 * Loads `plugin.ts` of the enabled folders, in alphabetical order.
 * @param enabled names; all folders that hold a plugin when absent.
 * @throws PluginError `PLUGIN_NOT_FOUND`, `PLUGIN_NOT_A_PLUGIN`, `PLUGIN_NAME_DIFFERS`
 */
export async function discoverPlugins(
  directory: string,
  enabled?: readonly string[],
): Promise<readonly FoundPlugin[]> {
  const present = await pluginFolders(directory);
  for (const name of enabled ?? []) {
    if (!present.includes(name)) throw new PluginError('PLUGIN_NOT_FOUND', name);
  }
  const names = enabled === undefined ? present : present.filter((name) => enabled.includes(name));
  return await Promise.all(names.map((name) => load(join(directory, name), name)));
}

/** Names of the folders that hold a plugin, enabled or not, in alphabetical order. */
export async function pluginFolders(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const checks = folders.map(async (name) => {
    try {
      await access(join(directory, name, 'plugin.ts'));
      return [name];
    } catch {
      return [];
    }
  });
  return (await Promise.all(checks)).flat().sort();
}

async function load(directory: string, folder: string): Promise<FoundPlugin> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(join(directory, 'plugin.ts')).href)) as typeof module;
  } catch (error) {
    throw new PluginError('PLUGIN_NOT_A_PLUGIN', folder, { reason: 'it cannot be loaded' }, error);
  }
  const definition = readManifest(module.default, folder);
  if (definition.name !== folder) {
    throw new PluginError('PLUGIN_NAME_DIFFERS', folder, { declared: definition.name });
  }
  return { definition, directory };
}
