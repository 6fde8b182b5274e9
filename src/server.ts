import { join } from 'node:path';
import type { Logger } from 'pino';
import { securityEventRow } from './audit/security-event.ts';
import { startRows, stopRow } from './audit/server-events.ts';
import { checkSchedule } from './bots/deployed/cron-of.ts';
import { discoverBots } from './bots/discover.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import { applyOutboundDefaults } from './crypto/outbound-defaults.ts';
import { createCapabilities } from './fhir/capabilities.ts';
import { loadDefinitions } from './definitions/load.ts';
import { fhirError } from './outcome/codes.ts';
import { isFhirError } from './outcome/fhir-error.ts';
import type { FhirServices } from './fhir/request.ts';
import { withDeclaredProfiles } from './fhir/validation/write-profiles.ts';
import { FHIR_MOUNTS } from './http/listen.ts';
import { listenForChanges } from './identity/changes.ts';
import { hostPrincipal, SERVER_REFERENCE } from './identity/host.ts';
import { createPrincipals } from './identity/principals.ts';
import { seedResources, shippedPolicies } from './identity/seed.ts';
import { createMetrics } from './metrics/metrics.ts';
import { serveMetrics } from './metrics/serve-metrics.ts';
import { type PluginSet } from './plugin/host.ts';
import { overlayParameters } from './search/custom/overlay.ts';
import { startAuditSeal } from './start/audit-seal.ts';
import { openBinaries } from './start/binaries.ts';
import { openEndpoint } from './start/endpoint.ts';
import { openListener } from './start/listener.ts';
import { openListenerSecrets } from './start/listener-secrets.ts';
import { createJobQueues, queueStates } from './start/job-queues.ts';
import { logFailures } from './start/log-failures.ts';
import { openStore } from './start/store.ts';
import { composeWriteHooks } from './start/compose-write-hooks.ts';
import { startPlugins } from './start/plugins.ts';
import { startEarlyRefusals } from './start/early-refusals.ts';
import { identityCallers } from './start/identity-callers.ts';
import { refuseCredentials } from './start/refuse-credentials.ts';
import { routeCallers } from './start/route-callers.ts';
import { createBulk } from './start/bulk.ts';
import { followSearchParameters } from './start/search-parameters.ts';
import { startSubscriptions } from './start/subscriptions.ts';
import { createDestinations } from './subscriptions/destinations.ts';
import { openDatabases } from './start/databases.ts';
import { checkGrantedPolicies } from './start/granted-policies.ts';
import { withExistingBots } from './start/bot-endpoints.ts';
import { botResources } from './start/bot-resources.ts';
import { botWebhooks } from './start/bot-webhook.ts';
import { type Bots, createBotQueue, startBots } from './start/bots.ts';
import type { Sandboxes } from './start/sandboxes.ts';
import { checkAccessPolicy } from './start/write-hooks.ts';
import { PARAMETERS_CHANGED } from './storage/reindex/parameters-changed.ts';
import { ACCESS_CHANGED } from './storage/access-changed.ts';
import { FULL_TEXT } from './search/parse/text.ts';
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
  /** Reads certificates and pins again; absent where the server has no TLS of its own. */
  readonly reload?: () => Promise<boolean>;
  /** Stops everything in the reverse order of the start; nothing that was answered is lost. */
  close(): Promise<void>;
}

/**
 * Starts the server: the one place where all parts are put together, in the order in which they need each other.
 * @throws EmbeddedPostgresError, MigrationError, PluginError, FhirError `POLICY_INVALID`: nothing is left running then
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, log, clock } = options;
  applyOutboundDefaults();
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    const [databases, published] = await Promise.all([
      openDatabases(config, log),
      loadDefinitions({ cacheDirectory: join(config.dataDirectory, 'cache'), log }),
    ]);
    stops.push(() => databases.close());
    const { pools, urls } = databases;
    const overlay = overlayParameters(published, FULL_TEXT[config.search.fullText]);
    const { definitions } = overlay;
    const { origin } = config.http;
    const bases = FHIR_MOUNTS.map((mount) => origin + mount);

    const { store, ledger, conformance, invariants, close } = await openStore({
      config,
      log,
      clock,
      definitions,
      database: pools.clinical,
      bases,
    });
    stops.push(close);
    const principals = createPrincipals(store, log);
    const forget = (): void => {
      principals.forget();
    };
    store.hooks = {
      check: (resource, { principal }) => {
        refuseCredentials(resource);
        checkAccessPolicy(definitions, resource);
        checkGrantedPolicies(store.extractor, principal, resource);
        checkSchedule(resource);
      },
    };
    const botDirectory = options.botDirectory ?? join(ROOT, 'bots');
    const [policies, discovered] = await Promise.all([
      shippedPolicies(join(ROOT, 'access-policies'), config.mode),
      discoverBots(botDirectory),
    ]);
    const seeds = [...policies, ...botResources(discovered, policies)];
    await seedResources(store, hostPrincipal(definitions), seeds, log);

    const queues = createJobQueues(databases, clock, log);
    const sealer = await startAuditSeal({
      config,
      database: pools.clinical,
      queue: queues.clinical,
      clock,
      log,
    });
    // What stops before it still writes to the ledger.
    stops.push(() => sealer.close());

    const parameters = followSearchParameters({
      store,
      overlay,
      queue: queues.clinical,
      log,
      settle: config.search.settleSeconds * 1000,
      replaced: forget,
    });
    stops.push(() => {
      parameters.close();
      return Promise.resolve();
    });
    await parameters.reload();
    const changes = listenForChanges(
      urls.clinical,
      (channel) => {
        if (channel !== PARAMETERS_CHANGED) forget();
        if (channel !== ACCESS_CHANGED) parameters.changed();
      },
      log,
      [ACCESS_CHANGED, PARAMETERS_CHANGED],
    );
    stops.push(() => changes.close());

    const {
      blobs,
      binaries,
      close: closeBlobs,
    } = await openBinaries({
      config,
      store,
      database: pools.clinical,
      queue: queues.clinical,
    });
    stops.push(closeBlobs);
    const bulk = createBulk({
      store,
      blobs,
      principals,
      settings: config.bulk,
      baseUrls: bases,
      destinations: createDestinations(
        config.subscriptions.destinations,
        config.subscriptions.privateDestinations,
      ),
      connection: { connectionString: urls.clinical },
      log,
    });

    const settings = { ...config.search, ...config.fhir, baseUrls: bases };
    const onError = logFailures(log);
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
    const subscriptions = await startSubscriptions({
      store,
      definitions,
      principals,
      config: config.subscriptions,
      url: urls.clinical,
      origin,
      baseUrls: bases,
      executeBot: async (...run) => runnable().service.execute(...run),
      random: Math.random,
      log,
      hasEnded: async (login) => (await registered().authenticator?.hasEnded?.(login)) ?? false,
      permits: async (owner) => (await registered().authenticator?.permits?.(owner)) ?? true,
    });
    stops.push(() => subscriptions.close());
    const services: FhirServices = {
      bots: {
        isShipped: (bot) => discovered.has(bot),
        find: async (bot) => runnable().service.find(bot),
        execute: async (...run) => runnable().service.execute(...run),
        start: async (...run) => runnable().service.start(...run),
      },
      store,
      blobs,
      binaries,
      subscriptions: subscriptions.service,
      definitions,
      operations,
      conformance,
      invariants,
      settings,
      bulk: bulk.service,
      reindex: parameters.service,
      jobs: queueStates(queues),
      capabilities: createCapabilities({
        definitions,
        operations,
        clock,
        version: options.version,
        extend: (statement) =>
          registered().hooks.run('SERVER_CAPABILITY_STATEMENT_GENERATED', statement),
      }),
    };
    const botQueue = createBotQueue(pools.clinical, urls.clinical, clock, log);
    const started = startBots({
      bots: discovered,
      config,
      log,
      services,
      principals,
      queue: botQueue,
      origin,
      onError,
    });
    bots = started;
    stops.push(() => started.close());

    const refusals = startEarlyRefusals(store, log);
    stops.push(() => refusals.close());
    const metrics = createMetrics(config.metrics !== undefined);
    const secrets = await openListenerSecrets({
      config,
      clock,
      log,
      metrics,
      record: (event) =>
        ledger.record([securityEventRow({ agent: SERVER_REFERENCE, ...event }, instant(clock))]),
    });
    stops.push(() => secrets.close());
    // Plugins ask them for what they need at the start.
    await options.sandboxes?.listening;
    plugins = await startPlugins({
      directory: options.pluginDirectory ?? join(ROOT, 'plugins'),
      config,
      log,
      clock,
      services,
      databases,
      queues,
      ledger,
      bots: started,
      asCaller: routeCallers({ config, services, principals, refusals, registered }),
      asIdentity: identityCallers(services, principals),
      metrics,
      sandboxOf: (plugin) => options.sandboxes?.running.find(({ name }) => name === plugin),
    });
    const set = plugins;
    stops.push(() => set.close());
    store.hooks = composeWriteHooks({
      before: store.hooks,
      plugins: set.hooks,
      bots: started.hooks,
      binaries,
      subscriptions,
      parameters,
      forget,
      metrics,
    });
    if (config.fhir.validateProfilesOnWrite === 'declared') {
      store.hooks = withDeclaredProfiles({ definitions, conformance, invariants }, store.hooks);
    }

    store.hooks = withExistingBots(store, (bot) => discovered.has(bot), store.hooks);

    const { clientAddressHeader } = config.http;
    const webhooks = config.bots.webhooks
      ? botWebhooks({ store, service: started.service, principals, clientAddressHeader, log })
      : () => undefined;
    const fhir = openEndpoint({ config, services, set, principals, refusals, onError });
    const answers = {
      fhir,
      route: (path: string) => webhooks(path) ?? set.routes(path),
      upgrade: (...connection: Parameters<typeof subscriptions.upgrade>) => {
        subscriptions.upgrade(...connection);
      },
      healthy: async () => {
        await pools.clinical.query({ text: 'select 1' });
        return true;
      },
      complete: async () => {
        await blobs.check();
        return sealer.timely();
      },
      onError,
    };
    const http = await openListener({ config, log, metrics, secrets, refusals, answers });
    const running = [...Object.values(queues), bulk.queue, subscriptions.queue, botQueue];
    for (const queue of running) await queue.start();
    stops.push(
      async () => {
        await Promise.all(running.map((queue) => queue.stop()));
      },
      () => http.close(10_000),
    );
    if (config.metrics !== undefined) {
      const served = await serveMetrics(metrics, config.metrics, (error) => {
        onError(error, 'metrics');
      });
      stops.push(() => served.close());
    }
    await set.ready();
    const facts = {
      reference: SERVER_REFERENCE,
      version: options.version,
      plugins: set.names,
      bots: started.names,
      config,
    };
    await ledger.record(startRows(facts, instant(clock)));
    // It is the first that is stopped: the databases are there for the row still.
    stops.push(async () => {
      await ledger.record([stopRow(facts, instant(clock))]).catch((error: unknown) => {
        const code = isFhirError(error) ? error.code : undefined;
        log.warn({ event: 'audit.stop.unrecorded', code }, 'The stop is not on record');
      });
    });
    return {
      url: `${config.http.tls === undefined ? 'http' : 'https'}://${config.http.host}:${String(http.port)}`,
      plugins: set.names,
      bots: started.names,
      ...(config.http.tls === undefined ? {} : { reload: () => secrets.reload() }),
      close: stopAll,
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}
