import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AuditLedger } from '../audit/ledger.ts';
import { securityEventRow } from '../audit/security-event.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { pluginRepository } from '../fhir/plugin-repository.ts';
import type { FhirServices } from '../fhir/request.ts';
import { cors } from '../http/cors.ts';
import { FHIR_MOUNTS } from '../http/listen.ts';
import { pluginPrincipal } from '../identity/host.ts';
import type { RunnableJobQueue } from '../jobs/job-queue.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { pluginFolders } from '../plugin/discover.ts';
import { loadPlugins, type PluginSet } from '../plugin/host.ts';
import type { HostServices } from '../plugin/host-services.ts';
import type { DatabaseName } from '../storage/database.ts';
import { instant } from '../storage/instant.ts';
import { WEBHOOK_PATH } from './bot-webhook.ts';
import type { Bots } from './bots.ts';
import type { Databases } from './databases.ts';

/** What plugins are given. */
export interface PluginParts {
  /** Folder of the plugins. */
  readonly directory: string;
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly services: FhirServices;
  readonly databases: Databases;
  readonly queues: Readonly<Record<DatabaseName, RunnableJobQueue>>;
  readonly ledger: AuditLedger;
  readonly bots: Bots;
  readonly sandboxOf: NonNullable<HostServices['sandboxOf']>;
  readonly asCaller: HostServices['asCaller'];
  readonly asIdentity: HostServices['asIdentity'];
  readonly metrics: Metrics;
}

/**
 * Loads all plugins of the folder but those that the configuration switches off. Each acts under its own identity with the
 * policy that it declares.
 * @throws PluginError
 */
export async function startPlugins(parts: PluginParts): Promise<PluginSet> {
  const { directory, config, log, clock, services, databases, queues, ledger, bots } = parts;
  const folders = await pluginFolders(directory);
  const { pools } = databases;
  const scripts = cors(config.http.cors.origins);
  return loadPlugins({
    directory,
    enabled: folders.filter((name) => config.plugins[name]?.enabled !== false),
    config: Object.fromEntries(
      Object.entries(config.plugins).map(([name, { section }]) => [name, section]),
    ),
    reservedPrefixes: [...FHIR_MOUNTS, '/health', WEBHOOK_PATH, '/.well-known/pin-set'],
    services: {
      mode: config.mode,
      log,
      clock,
      origin: config.http.origin,
      dataDirectory: join(config.dataDirectory, 'plugins'),
      sandboxOf: parts.sandboxOf,
      databases: { accounts: pools.accounts, billing: pools.billing },
      repositoryFor: (reference, policy) =>
        pluginRepository(services, {
          principal: pluginPrincipal(services.definitions, reference, policy),
          requestId: reference,
        }),
      jobsFor: (database) => queues[database],
      migrate: (database, directory, area) => databases.migrate(database, area, directory),
      executeBot: (name, input, call) =>
        bots.service.execute(name, input, { ...call, trigger: 'execute' }),
      asCaller: parts.asCaller,
      asIdentity: parts.asIdentity,
      allowsOrigin: (origin) => scripts.allows(origin),
      audit: async (event, plugin) => {
        await ledger.record([securityEventRow(event, instant(clock))]);
        parts.metrics.securityEvent(plugin, event);
      },
    },
  });
}
