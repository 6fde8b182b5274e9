import { readConfigSection, refuseUnknownSections } from './config-section.ts';
import { discoverPlugins, pluginFolders } from './discover.ts';
import type { Hooks } from './hook-runner.ts';
import type { HostServices } from './host-services.ts';
import type { RegisteredOperation } from './operation-table.ts';
import { orderByDependency } from './order.ts';
import { PluginError } from './plugin-error.ts';
import { registerPlugin } from './register.ts';
import { type PluginLimits, Registrations } from './registrations.ts';
import type { Authenticator, OperationDefinition, RouteHandler } from './sdk.ts';

/** What to load, and with what the plugins work. */
export interface LoadPluginsOptions {
  /** Folder of the folders of plugins. */
  readonly directory: string;
  /** Names; every plugin of the folder when absent. */
  readonly enabled?: readonly string[];
  /** Sections `plugins.<name>` of the configuration, not yet validated. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly services: HostServices;
  /** Prefixes of the host's own routes, such as `/fhir`; no plugin gets a path there. */
  readonly reservedPrefixes: readonly string[];
  /** False only where nobody logs in, as in tests. */
  readonly authenticatorRequired?: boolean;
  readonly limits?: Partial<PluginLimits>;
}

/** The registered plugins, as the request path uses them. */
export interface PluginSet {
  /** Names in the order of registration. */
  readonly names: readonly string[];
  /** Handler of a path of a parsed URL, or undefined: no plugin's. */
  routes(path: string): RouteHandler | undefined;
  readonly operations: {
    find(
      level: OperationDefinition['level'],
      type: string | undefined,
      name: string,
    ): RegisteredOperation | undefined;
    all(): readonly RegisteredOperation[];
  };
  readonly hooks: Hooks;
  /** Undefined only with `authenticatorRequired: false`. */
  readonly authenticator: Authenticator | undefined;
  /** Tells the plugins that the server listens. @throws PluginError `PLUGIN_READY_FAILED` */
  ready(): Promise<void>;
  /** Closes the plugins, last registered first; failures are logged. */
  close(): Promise<void>;
}

const LIMITS: PluginLimits = { register: 10_000, hook: 5_000, lifecycle: 10_000 };

/**
 * Discovers, checks and registers plugins in the order of their dependencies. All manifests and configurations are
 * checked before the first plugin runs. If one is refused, those registered before it are closed again.
 * @throws PluginError every code of `PLUGIN_ERRORS`
 * @throws MigrationError when the tables of a plugin cannot be brought up to date
 */
export async function loadPlugins(options: LoadPluginsOptions): Promise<PluginSet> {
  const { directory, enabled, config, services } = options;
  const limits = { ...LIMITS, ...options.limits };
  const found = await discoverPlugins(directory, enabled);
  refuseUnknownSections(config, await pluginFolders(directory));
  const byName = new Map(found.map((plugin) => [plugin.definition.name, plugin]));
  const ordered = orderByDependency(found.map((plugin) => plugin.definition));
  const sections = new Map<string, unknown>();
  for (const definition of ordered) {
    sections.set(definition.name, await readConfigSection(definition, config[definition.name]));
  }
  const registrations = new Registrations(services.log, limits, options.reservedPrefixes);
  try {
    for (const { name } of ordered) {
      const plugin = byName.get(name);
      if (plugin === undefined) throw new TypeError(`Plugin ${name} was lost`);
      await registerPlugin(plugin, sections.get(name), { services, registrations, limits });
    }
    if (options.authenticatorRequired !== false && registrations.authenticator === undefined) {
      throw new PluginError('PLUGIN_AUTHENTICATOR_MISSING', '-');
    }
  } catch (error) {
    await registrations.lifecycle.close();
    throw error;
  }
  const names = ordered.map((definition) => definition.name);
  const hooks = registrations.hooks.describe();
  const routes = registrations.routes.describe();
  services.log.info(
    { event: 'plugins.registered', plugins: names, hooks, routes },
    'Plugins registered',
  );
  return {
    names,
    routes: (path) => registrations.routes.find(path),
    operations: registrations.operations,
    hooks: registrations.hooks,
    authenticator: registrations.authenticator,
    ready: async () => {
      await registrations.lifecycle.ready();
    },
    close: async () => {
      await registrations.lifecycle.close();
    },
  };
}
