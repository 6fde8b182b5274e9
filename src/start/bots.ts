import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { enqueueBotRun, runBotsFromJobs } from '../bots/bot-jobs.ts';
import { createBotRuntime, type Dispatch } from '../bots/bot-runtime.ts';
import { createDeployedRuntime } from '../bots/deployed/deployed-runtime.ts';
import { scheduleBots } from '../bots/deployed/schedule-bots.ts';
import type { Bot } from '../bots/discover.ts';
import { type BotService, createBotService } from '../bots/runs/bot-service.ts';
import { runLater } from '../bots/runs/run-later.ts';
import type { PrincipalClaims } from '../access/principal.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { decodePath } from '../fhir/decode-path.ts';
import { handleFhir } from '../fhir/handle.ts';
import type { FhirServices } from '../fhir/request.ts';
import type { Principals } from '../identity/principals.ts';
import { createJobQueue, type RunnableJobQueue } from '../jobs/job-queue.ts';
import type { Database } from '../storage/database.ts';
import type { WriteHooks } from '../storage/write-hooks.ts';
import { readTriggers, triggeredRuns } from './bot-triggers.ts';

/** What bots are started with. */
export interface BotsOptions {
  readonly bots: ReadonlyMap<string, Bot>;
  readonly config: Config;
  readonly log: Logger;
  readonly services: FhirServices;
  readonly principals: Principals;
  /** Queue in the clinical database: a run belongs to the write that started it. */
  readonly queue: RunnableJobQueue;
  readonly origin: string;
  readonly onError: (error: unknown, requestId: string) => void;
}

/** The bots of a running server. */
export interface Bots {
  /** Names. */
  readonly names: readonly string[];
  readonly service: BotService;
  /** What writes do to start bots. */
  readonly hooks: Pick<WriteHooks, 'outbox' | 'enqueue'>;
  close(): Promise<void>;
}

/** Runs of bots from the queue at the same time; each may take minutes, so that they have a queue of their own. */
const CONCURRENCY = 4;

/** The queue of bots in the clinical database; nothing else waits for what a bot takes its time over. */
export function createBotQueue(
  database: Database,
  connectionString: string,
  clock: Clock,
  log: Logger,
): RunnableJobQueue {
  return createJobQueue({
    database,
    connection: { connectionString },
    clock,
    log: log.child({ queue: 'bots' }),
    random: Math.random,
    concurrency: CONCURRENCY,
  });
}

/**
 * Reads the bots and makes them runnable: by name, by schedule, and by writes that match a subscription of their manifest.
 * @throws BotError, FhirError `SEARCH_*` where the criteria of a subscription cannot be read
 */
export function startBots(options: BotsOptions): Bots {
  const { services, principals, queue, origin } = options;
  const { bots } = options;
  const triggers = readTriggers(services.definitions, bots);
  const { config, log } = options;
  const { store, binaries } = services;
  const dispatch = dispatcher(options);
  const secretsOf = (bot: string) => config.bots.secrets[bot] ?? {};
  const shipped = createBotRuntime({ bots, secretsOf, dispatch, log, origin });
  const deployed = createDeployedRuntime({
    store,
    binaries,
    dispatch,
    log,
    origin,
    settings: config.bots,
  });
  const { jobsPerClient, keepRunsDays } = config.bots;
  const service = createBotService({ store, principals, queue, shipped, deployed, jobsPerClient });
  runBotsFromJobs(queue, { bots, execute: (...run) => service.execute(...run) });
  runLater({ store, queue, service, keepRunsDays });
  scheduleBots({ store, queue, log, isShipped: (bot) => service.isShipped(bot) });
  // Criteria see the resource as it was written; what the bot reads of it later, it reads under its own policy.
  const principalOf = (reference: string, runAs: PrincipalClaims | undefined) => {
    if (runAs?.token === undefined) return principals.ofReference(runAs?.reference ?? reference);
    return principals.ofToken({ profile: runAs.reference, ...runAs.token });
  };
  return {
    names: [...bots.keys()],
    service,
    hooks:
      triggers.length === 0
        ? {}
        : {
            outbox: (events) => triggeredRuns(triggers, events),
            enqueue: async (tx, rows) => {
              for (const row of rows) {
                if (row.kind !== 'bot') continue;
                const { bot, input } = row;
                await enqueueBotRun(queue, tx, { bot, input, trigger: 'subscription' });
              }
            },
          },
    close: async () => {
      await Promise.all([shipped.close(), deployed.close()]);
    },
  };

  function dispatcher({ onError }: BotsOptions): Dispatch {
    return async ({ method, url, headers, body }, principal, signal, runAs) => {
      const target = new URL(url, origin);
      const mount = ['/fhir/R4', '/fhir'].find(
        (base) => target.pathname.startsWith(`${base}/`) || target.pathname === base,
      );
      if (mount === undefined || target.origin !== new URL(origin).origin)
        return { status: 404, headers: {} };
      const requestId = randomUUID();
      const response = await handleFhir(
        services,
        await principalOf(principal, runAs),
        {
          method,
          path: decodePath(target.pathname.slice(mount.length).replace(/^\/|\/$/g, '')),
          query: target.search.slice(1),
          headers,
          base: origin + mount,
          requestId,
          signal,
          ...(body === undefined ? {} : { body: Buffer.from(body) }),
        },
        (error) => {
          onError(error, requestId);
        },
      );
      return {
        status: response.status,
        headers: response.headers,
        ...(response.body === undefined ? {} : { body: response.body }),
      };
    };
  }
}
