import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundPlugin } from './discover.ts';
import { nameError } from './error-summary.ts';
import type { HostServices } from './host-services.ts';
import { isPluginError, PluginError } from './plugin-error.ts';
import { openPluginHost } from './plugin-host.ts';
import type { PluginLimits, Registrations } from './registrations.ts';
import type { PluginDefinition, PluginHost } from './sdk.ts';
import { TIMED_OUT, withinLimit } from './time-limit.ts';

/**
 * Migrates and registers one plugin. After the time limit it can register nothing any more, even if it still runs.
 * @throws PluginError `PLUGIN_REGISTER_TIMEOUT`, `PLUGIN_REGISTER_FAILED`, and what the plugin does wrong
 */
export async function registerPlugin(
  { definition, directory }: FoundPlugin,
  config: unknown,
  {
    services,
    registrations,
    limits,
  }: {
    services: HostServices;
    registrations: Registrations;
    limits: PluginLimits;
  },
): Promise<void> {
  await migrateDatabases(definition, directory, services);
  const { host, seal } = await openPluginHost(definition, config, services, registrations);
  try {
    const result = await withinLimit(callRegister(definition, host), limits.register);
    if (result !== TIMED_OUT) return;
  } catch (error) {
    if (isPluginError(error)) throw error;
    const reason = nameError(error);
    throw new PluginError('PLUGIN_REGISTER_FAILED', definition.name, { reason }, error);
  } finally {
    seal();
  }
  const seconds = limits.register / 1000;
  throw new PluginError('PLUGIN_REGISTER_TIMEOUT', definition.name, { seconds });
}

async function callRegister(definition: PluginDefinition, host: PluginHost): Promise<void> {
  await definition.register(host);
}

async function migrateDatabases(
  { name, databases = [] }: PluginDefinition,
  directory: string,
  services: HostServices,
): Promise<void> {
  for (const database of databases) {
    const migrations = join(directory, 'migrations', database);
    if (await exists(migrations)) await services.migrate(database, migrations, `plugin/${name}`);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
