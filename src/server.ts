import { join } from 'node:path';
import type { Logger } from 'pino';
import { openLedger } from './audit/ledger.ts';
import { securityEventRow } from './audit/security-event.ts';
import { discoverBots } from './bots/discover.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import { createCapabilities } from './fhir/capabilities.ts';
import { loadDefinitions } from './fhir/definitions/load.ts';
import { fhirError } from './fhir/outcome/codes.ts';
import { isFhirError } from './fhir/outcome/fhir-error.ts';
import { pluginRepository } from './fhir/plugin-repository.ts';
import type { FhirServices } from './fhir/request.ts';
import { createValidator } from './fhir/validation/validator.ts';
import { authenticate } from './http/authenticate.ts';
import { createFhirEndpoint } from './http/fhir-endpoint.ts';
import { FHIR_MOUNTS, type HttpServer, listen } from './http/listen.ts';
import { listenForChanges } from './identity/changes.ts';
import { hostPrincipal, pluginPrincipal, SERVER_REFERENCE } from './identity/host.ts';
import { createPrincipals } from './identity/principals.ts';
import { seedResources, shippedPolicies } from './identity/seed.ts';
import { createJobQueue, type RunnableJobQueue } from './jobs/job-queue.ts';
import { pluginFolders } from './plugin/discover.ts';
import { loadPlugins, type PluginSet } from './plugin/host.ts';
import { createIndexExtractor } from './search/extract/extractor.ts';
import { openDatabases } from './start/databases.ts';
import { checkGrantedPolicies } from './start/granted-policies.ts';
import { botResources } from './start/bot-resources.ts';
import { type Bots, startBots } from './start/bots.ts';
import type { Sandboxes } from './start/sandboxes.ts';
import { checkAccessPolicy, pluginWriteHooks } from './start/write-hooks.ts';
import { changesAccess } from './storage/access-changed.ts';
import { openClinicalStore } from './storage/clinical-store.ts';
import type { DatabaseName } from './storage/database.ts';
import { instant } from './storage/instant.ts';

const ROOT = join(import.meta.dirname, '..');

/** What a server is started with beside its configuration. */
export interface ServerOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly version: string;
  /** Stand-ins of the outside world that run beside the server; each is for the plugin of its name. */
  readonly sandboxes?: Pick<Sandboxes, 'running' | 'listening'>;
  /** Folder of the plugins; the product's own unless told. */
  readonly pluginDirectory?: string;
  /** Folder of the bots; the product's own unless told. */
  readonly botDirectory?: string;
}

/** A running server. */
export interface RunningServer {
  readonly url: string;
  readonly plugins: readonly string[];
  readonly bots: readonly string[];
  /** Stops everything in the reverse order of the start; nothing that was answered is lost. */
  close(): Promise<void>;
}

/**
 * Starts the server: the one place where all parts are put together, in the order in which they need each other.
 * @throws EmbeddedPostgresError, MigrationError, PluginError, FhirError `POLICY_INVALID`: nothing is left running then
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, log, clock } = options;
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    const [databases, definitions] = await Promise.all([
      openDatabases(config, log),
      loadDefinitions({ cacheDirectory: join(config.dataDirectory, 'cache'), log }),
    ]);
    stops.push(() => databases.close());
    const { pools, urls } = databases;
    const { origin } = config.http;
    const bases = FHIR_MOUNTS.map((mount) => origin + mount);

    const ledger = openLedger(pools.clinical);
    const store = await openClinicalStore({
      database: pools.clinical,
      ledger,
      clock,
      definitions,
      validate: createValidator(definitions),
      extractor: createIndexExtractor(definitions, { localBases: bases.map((base) => `${base}/`) }),
      auditSource: { observer: SERVER_REFERENCE, address: `${origin}/fhir` },
    });
    const principals = createPrincipals(store, log);
    const forget = (): void => {
      principals.forget();
    };
    store.hooks = {
      check: (resource, { principal }) => {
        checkAccessPolicy(definitions, resource);
        checkGrantedPolicies(store.extractor, principal, resource);
      },
    };
    const changes = listenForChanges(urls.clinical, forget, log);
    stops.push(() => changes.close());
    const botDirectory = options.botDirectory ?? join(ROOT, 'bots');
    const [policies, discovered] = await Promise.all([
      shippedPolicies(join(ROOT, 'access-policies'), config.mode),
      discoverBots(botDirectory),
    ]);
    const seeds = [...policies, ...botResources(discovered, policies)];
    await seedResources(store, hostPrincipal(definitions), seeds, log);

    const queues = Object.fromEntries(
      (['clinical', 'accounts', 'billing'] as const).map((name) => [
        name,
        createJobQueue({
          database: pools[name],
          connection: { connectionString: urls[name] },
          clock,
          log: log.child({ queue: name }),
          random: Math.random,
        }),
      ]),
    ) as Record<DatabaseName, RunnableJobQueue>;

    const settings = { ...config.search, baseUrls: bases };
    const onError = (error: unknown, requestId: string): void => {
      // Expected while something is not there yet, and asked for again and again: the code says it all.
      if (isFhirError(error) && error.status === 503) {
        const { code, detail } = error;
        const because = (error.cause as { readonly code?: unknown } | undefined)?.code;
        log.warn(
          { event: 'request.unavailable', requestId, code, detail, because },
          'Not available',
        );
        return;
      }
      log.error({ event: 'request.failed', requestId, err: error }, 'Request failed');
    };
    // Plugins need the services and the services the plugins' operations; the set is there before the first request.
    let plugins: PluginSet | undefined = undefined;
    const registered = (): PluginSet => {
      if (plugins === undefined) throw fhirError('SERVER_BUSY', {}, { retryAfter: 1 });
      return plugins;
    };
    const operations = {
      find: (...key: Parameters<PluginSet['operations']['find']>) =>
        registered().operations.find(...key),
      all: () => registered().operations.all(),
    };
    // Bots work through the services as well.
    let bots: Bots | undefined = undefined;
    const runnable = (): Bots => {
      if (bots === undefined) throw fhirError('SERVER_BUSY', {}, { retryAfter: 1 });
      return bots;
    };
    const services: FhirServices = {
      executeBot: async (...run) => runnable().execute(...run),
      store,
      definitions,
      operations,
      settings,
      capabilities: createCapabilities({
        definitions,
        operations,
        clock,
        version: options.version,
        extend: (statement) =>
          registered().hooks.run('SERVER_CAPABILITY_STATEMENT_GENERATED', statement),
      }),
    };
    const started = startBots({
      bots: discovered,
      config,
      log,
      services,
      principals,
      queue: queues.clinical,
      origin,
      onError,
    });
    bots = started;
    stops.push(() => started.close());

    // Plugins ask them for what they need at the start.
    await options.sandboxes?.listening;
    plugins = await loadPlugins({
      directory: options.pluginDirectory ?? join(ROOT, 'plugins'),
      enabled: await enabledPlugins(config, options.pluginDirectory ?? join(ROOT, 'plugins')),
      config: pluginSections(config),
      reservedPrefixes: [...FHIR_MOUNTS, '/health'],
      services: {
        mode: config.mode,
        log,
        clock,
        origin,
        dataDirectory: join(config.dataDirectory, 'plugins'),
        sandboxOf: (plugin) => options.sandboxes?.running.find(({ name }) => name === plugin),
        databases: { accounts: pools.accounts, billing: pools.billing },
        repositoryFor: (reference, policy) =>
          pluginRepository(services, {
            principal: pluginPrincipal(definitions, reference, policy),
            requestId: reference,
          }),
        jobsFor: (database) => queues[database],
        migrate: (database, directory, area) => databases.migrate(database, area, directory),
        executeBot: (name, input, call) => started.execute(name, input, call),
        audit: (event) => ledger.record([securityEventRow(event, instant(clock))]),
      },
    });
    const set = plugins;
    stops.push(() => set.close());
    store.hooks = {
      ...store.hooks,
      ...pluginWriteHooks(set.hooks),
      ...started.hooks,
      committed: (events) => {
        if (events.some(changesAccess)) forget();
      },
    };

    const { authenticator } = set;
    const fhir = createFhirEndpoint({
      services,
      origin,
      maxBodyBytes: config.http.maxBodyBytes,
      authenticate: (authorization) => {
        if (authenticator === undefined) throw fhirError('AUTH_TOKEN_INVALID');
        return authenticate(authorization, authenticator, principals);
      },
      onError,
      ...(set.hooks.has('SERVER_INCOMING_REQUEST_POST_PROCESSED') && {
        authenticated: (principal, requestId) =>
          set.hooks.run('SERVER_INCOMING_REQUEST_POST_PROCESSED', {
            principal,
            requestId,
            interaction: '',
          }),
      }),
      ...(set.hooks.has('SERVER_PROCESSING_COMPLETED') && {
        completed: (principal, requestId, status) => {
          void set.hooks.run(
            'SERVER_PROCESSING_COMPLETED',
            { principal, requestId, interaction: '' },
            status,
          );
        },
      }),
    });
    const http: HttpServer = await listen({
      host: config.http.host,
      port: config.http.port,
      fhir,
      route: (path) => set.routes(path),
      healthy: async () => {
        await pools.clinical.query({ text: 'select 1' });
        return true;
      },
      onError,
    });
    for (const queue of Object.values(queues)) await queue.start();
    stops.push(
      async () => {
        await Promise.all(Object.values(queues).map((queue) => queue.stop()));
      },
      () => http.close(10_000),
    );
    await set.ready();
    return {
      url: `http://${config.http.host}:${String(http.port)}`,
      plugins: set.names,
      bots: started.names,
      close: stopAll,
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** All plugins of the folder but those that the configuration switches off. */
async function enabledPlugins(config: Config, directory: string): Promise<readonly string[]> {
  return (await pluginFolders(directory)).filter((name) => config.plugins[name]?.enabled !== false);
}

function pluginSections(config: Config): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(config.plugins).map(([name, { section }]) => [name, section]),
  );
}
