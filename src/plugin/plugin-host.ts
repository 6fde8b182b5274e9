import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostServices } from './host-services.ts';
import { requireKnownHook } from './manifest.ts';
import { PluginError } from './plugin-error.ts';
import { jobsOfPlugin } from './plugin-jobs.ts';
import type { Registrations } from './registrations.ts';
import type { PluginDefinition, PluginHost } from './sdk.ts';

/** A plugin's view of the host, and the end of the time in which it may register. */
export interface OpenPluginHost {
  readonly host: PluginHost;
  /** From now on the plugin only uses what it has; adding to the tables is refused. */
  readonly seal: () => void;
}

/** Builds what `register` of one plugin gets. */
export async function openPluginHost(
  definition: PluginDefinition,
  config: unknown,
  services: HostServices,
  registrations: Registrations,
): Promise<OpenPluginHost> {
  const { name } = definition;
  const reference = `Device/plugin-${name}`;
  const dataDirectory = join(services.dataDirectory, name);
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const sandbox = services.sandboxOf?.(name);
  let sealed = false;
  const registering = (member: string): void => {
    if (sealed) throw new PluginError('PLUGIN_REGISTER_LATE', name, { member });
  };
  const declared = (database: 'accounts' | 'billing'): 'accounts' | 'billing' => {
    if (definition.databases?.includes(database) === true) return database;
    throw new PluginError('PLUGIN_DATABASE_NOT_DECLARED', name, { database });
  };
  const host: PluginHost = {
    name,
    mode: services.mode,
    config,
    log: services.log.child({ plugin: name }),
    clock: services.clock,
    origin: services.origin,
    dataDirectory,
    ...(sandbox === undefined ? {} : { sandbox }),
    repository: services.repositoryFor(reference, definition.accessPolicy ?? { resource: [] }),
    database: (database) => services.databases[declared(database)],
    jobs: (database) => jobsOfPlugin(services.jobsFor(declared(database)), name),
    route: (prefix, handler) => {
      registering('route');
      registrations.routes.add(name, prefix, handler);
    },
    operation: (operation) => {
      registering('operation');
      registrations.operations.add(name, operation);
    },
    hook: (hook, handler) => {
      registering('hook');
      requireKnownHook(name, hook);
      if (definition.hooks?.includes(hook) !== true) {
        throw new PluginError('PLUGIN_HOOK_UNDECLARED', name, { hook });
      }
      registrations.hooks.add(name, hook, handler);
    },
    authenticator: (authenticator) => {
      registering('authenticator');
      registrations.setAuthenticator(name, authenticator);
    },
    executeBot: async (bot, input) =>
      await services.executeBot(bot, input, { requester: reference }),
    asCaller: (request) => services.asCaller(request),
    asIdentity: (claims, origin) => {
      if (registrations.authenticatorOwner !== name) {
        throw new PluginError('PLUGIN_NOT_THE_AUTHENTICATOR', name);
      }
      return services.asIdentity(claims, origin);
    },
    audit: async (event) => {
      await services.audit({ agent: reference, ...event }, name);
    },
    allowsOrigin: (origin) => services.allowsOrigin?.(origin) ?? false,
    provide: (capability, value) => {
      registering('provide');
      registrations.capabilities.provide(name, capability, value);
    },
    use: (provider, capability) => {
      const requires = definition.requires ?? [];
      return registrations.capabilities.use(name, requires, { provider, capability });
    },
    onClose: (close) => {
      registering('onClose');
      registrations.lifecycle.onClose(name, close);
    },
    onReady: (ready) => {
      registering('onReady');
      registrations.lifecycle.onReady(name, ready);
    },
  };
  return {
    host: Object.freeze(host),
    seal: () => {
      sealed = true;
    },
  };
}
