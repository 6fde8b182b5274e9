import { join } from 'node:path';
import type { Logger } from 'pino';
import { openLedger } from './audit/ledger.ts';
import { securityEventRow } from './audit/security-event.ts';
import { startRows, stopRow } from './audit/server-events.ts';
import { discoverBots } from './bots/discover.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import { createLibrary } from './conformance/library.ts';
import { createCapabilities } from './fhir/capabilities.ts';
import { loadDefinitions } from './definitions/load.ts';
import { fhirError } from './outcome/codes.ts';
import { isFhirError } from './outcome/fhir-error.ts';
import { pluginRepository } from './fhir/plugin-repository.ts';
import type { FhirServices } from './fhir/request.ts';
import { createValidator } from './fhir/validation/validator.ts';
import { withDeclaredProfiles } from './fhir/validation/write-profiles.ts';
import { authenticate } from './http/authenticate.ts';
import { createInvariants } from './fhirpath/invariants.ts';
import { createFhirEndpoint } from './http/fhir-endpoint.ts';
import { FHIR_MOUNTS, type HttpServer, listen } from './http/listen.ts';
import { listenForChanges } from './identity/changes.ts';
import { hostPrincipal, pluginPrincipal, SERVER_REFERENCE } from './identity/host.ts';
import { createPrincipals } from './identity/principals.ts';
import { seedResources, shippedPolicies } from './identity/seed.ts';
import { forgetJobsAbout } from './jobs/forget-resource.ts';
import { createJobQueue, type RunnableJobQueue } from './jobs/job-queue.ts';
import { pluginFolders } from './plugin/discover.ts';
import { loadPlugins, type PluginSet } from './plugin/host.ts';
import { createIndexExtractor } from './search/extract/extractor.ts';
import { overlayParameters } from './search/custom/overlay.ts';
import { startAuditSeal } from './start/audit-seal.ts';
import { openBlobs } from './start/blobs.ts';
import { startEarlyRefusals } from './start/early-refusals.ts';
import { createBulk } from './start/bulk.ts';
import { followSearchParameters } from './start/search-parameters.ts';
import { startSubscriptions } from './start/subscriptions.ts';
import { forgetResources } from './subscriptions/events.ts';
import { createDestinations } from './subscriptions/destinations.ts';
import { guarded } from './start/resource-guards.ts';
import { createBinaryContents } from './fhir/binary/contents.ts';
import { guardBinary } from './fhir/binary/guard.ts';
import { SWEEP_BLOBS, sweepBlobs } from './fhir/binary/sweep.ts';
import { databaseKey } from './storage/settings.ts';
import { openDatabases } from './start/databases.ts';
import { checkGrantedPolicies } from './start/granted-policies.ts';
import { botResources } from './start/bot-resources.ts';
import { type Bots, startBots } from './start/bots.ts';
import type { Sandboxes } from './start/sandboxes.ts';
import { checkAccessPolicy, pluginWriteHooks } from './start/write-hooks.ts';
import { searchCodes } from './terminology/search-codes.ts';
import { PARAMETERS_CHANGED } from './storage/reindex/parameters-changed.ts';
import { ACCESS_CHANGED, changesAccess } from './storage/access-changed.ts';
import { FULL_TEXT } from './search/parse/text.ts';
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

    const conformance = createLibrary({
      cacheDirectory: join(config.dataDirectory, 'cache'),
      log,
      packages: config.fhir.packages,
    });
    stops.push(() => conformance.close());
    const invariants = createInvariants();
    stops.push(() => invariants.close());
    // A thread apart: who lets a profile be checked for long must not hold up writes.
    const constraints = createInvariants();
    stops.push(() => constraints.close());
    const ledger = openLedger(pools.clinical);
    const store = await openClinicalStore({
      database: pools.clinical,
      ledger,
      clock,
      definitions,
      validate: createValidator(definitions),
      extractor: createIndexExtractor(definitions, { localBases: bases.map((base) => `${base}/`) }),
      auditSource: { observer: SERVER_REFERENCE, address: `${origin}/fhir` },
      referentialIntegrity: config.fhir.referentialIntegrity,
      constraints,
      fullText: config.search.fullText,
    });
    store.codeSets = (context) => searchCodes(store, context, conformance);
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

    const { blobs, close: closeBlobs } = await openBlobs(config);
    stops.push(() => {
      closeBlobs();
      return Promise.resolve();
    });
    const binaries = createBinaryContents(
      pools.clinical,
      blobs,
      await databaseKey(pools.clinical, 'binary-content'),
    );
    queues.clinical.schedule(SWEEP_BLOBS, '*/15 * * * *');
    queues.clinical.handle(SWEEP_BLOBS, async (_payload, { signal }) => {
      await sweepBlobs(pools.clinical, blobs, store.types.code('Binary'), { signal });
    });
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
    const subscriptions = await startSubscriptions({
      store,
      definitions,
      principals,
      config: config.subscriptions,
      url: urls.clinical,
      origin,
      baseUrls: bases,
      hasBot: (name) => discovered.has(name),
      executeBot: async (...run) => runnable().execute(...run),
      random: Math.random,
      log,
    });
    stops.push(() => subscriptions.close());
    const services: FhirServices = {
      executeBot: async (...run) => runnable().execute(...run),
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
    const { check } = store.hooks;
    store.hooks = guarded(
      {
        ...store.hooks,
        ...pluginWriteHooks(set.hooks),
        check: (resource, context) => {
          check?.(resource, context);
          parameters.check(resource);
          subscriptions.check(resource, context);
        },
        outbox: (events) => [
          ...(started.hooks.outbox?.(events) ?? []),
          ...subscriptions.outbox(events),
        ],
        enqueue: async (tx, rows) => {
          await started.hooks.enqueue?.(tx, rows);
          await subscriptions.enqueue(tx, rows);
        },
        expunged: async (tx, keys) => {
          await forgetResources(tx, keys);
          await forgetJobsAbout(tx, keys);
        },
        committed: (events) => {
          if (events.some(changesAccess)) forget();
          subscriptions.committed(events);
          parameters.committed(events);
        },
      },
      [
        (context, resource, previous) => guardBinary(binaries, context, resource, previous),
        (context, resource, previous) => subscriptions.guard(context, resource, previous),
      ],
    );

    if (config.fhir.validateProfilesOnWrite === 'declared') {
      const options = { definitions, conformance, invariants };
      store.hooks = withDeclaredProfiles(options, store.hooks);
    }

    const refusals = startEarlyRefusals(store, log);
    stops.push(() => refusals.close());
    const { authenticator } = set;
    const fhir = createFhirEndpoint({
      refused: (attempt, error) => refusals.refused(attempt, error),
      services,
      origin,
      maxBodyBytes: config.http.maxBodyBytes,
      maxBinaryBytes: config.http.maxBinaryBytes,
      maxImportBytes: config.bulk.maxImportBytes,
      authenticate: (authorization, network) => {
        if (authenticator === undefined) throw fhirError('AUTH_TOKEN_INVALID');
        return authenticate(authorization, authenticator, principals, network);
      },
      ...(config.http.clientAddressHeader !== undefined && {
        clientAddressHeader: config.http.clientAddressHeader,
      }),
      onError,
      ...(authenticator?.smartConfiguration !== undefined && {
        smartConfiguration: authenticator.smartConfiguration,
      }),
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
      upgrade: (request, socket, head) => {
        subscriptions.upgrade(request, socket, head);
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
    });
    const running = [...Object.values(queues), bulk.queue, subscriptions.queue];
    for (const queue of running) await queue.start();
    stops.push(
      async () => {
        await Promise.all(running.map((queue) => queue.stop()));
      },
      () => http.close(10_000),
    );
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
