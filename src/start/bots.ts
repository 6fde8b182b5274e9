import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { enqueueBotRun, runBotsFromJobs } from '../bots/bot-jobs.ts';
import { createBotRuntime, type Dispatch, type ExecuteOptions } from '../bots/bot-runtime.ts';
import type { Bot } from '../bots/discover.ts';
import type { Config } from '../config/config.ts';
import { decodePath } from '../fhir/decode-path.ts';
import { handleFhir } from '../fhir/handle.ts';
import type { FhirServices } from '../fhir/request.ts';
import type { Principals } from '../identity/principals.ts';
import type { RunnableJobQueue } from '../jobs/job-queue.ts';
import type { WriteHooks } from '../storage/write-hooks.ts';
import { readTriggers, triggeredRuns } from './bot-triggers.ts';

/** What bots are started with. */
export interface BotsOptions {
  readonly bots: ReadonlyMap<string, Bot>;
  readonly config: Config;
  readonly log: Logger;
  readonly services: FhirServices;
  readonly principals: Principals;
  /** Queue of the clinical database: a run belongs to the write that started it. */
  readonly queue: RunnableJobQueue;
  readonly origin: string;
  readonly onError: (error: unknown, requestId: string) => void;
}

/** The bots of a running server. */
export interface Bots {
  /** Names. */
  readonly names: readonly string[];
  execute(name: string, input: unknown, options?: ExecuteOptions): Promise<unknown>;
  /** What writes do to start bots. */
  readonly hooks: Pick<WriteHooks, 'outbox' | 'enqueue'>;
  close(): Promise<void>;
}

/**
 * Reads the bots and makes them runnable: by name, by schedule, and by writes that match a subscription of their manifest.
 * @throws BotError, FhirError `SEARCH_*` where the criteria of a subscription cannot be read
 */
export function startBots(options: BotsOptions): Bots {
  const { services, principals, queue, origin } = options;
  const { bots } = options;
  const triggers = readTriggers(services.definitions, bots);
  const runtime = createBotRuntime({
    bots,
    secretsOf: (bot) => options.config.bots.secrets[bot] ?? {},
    dispatch: dispatcher(options),
    log: options.log,
    origin,
  });
  runBotsFromJobs(queue, runtime);
  // Criteria see the resource as it was written; what the bot reads of it later, it reads under its own policy.
  const principalOf = (bot: string) => principals.ofReference(`Bot/${bot}`);
  return {
    names: [...bots.keys()],
    execute: (name, input, settings) => runtime.execute(name, input, settings),
    hooks:
      triggers.length === 0
        ? {}
        : {
            outbox: (events) => triggeredRuns(triggers, events),
            enqueue: async (tx, rows) => {
              for (const row of rows) {
                if (row.kind !== 'bot') continue;
                await enqueueBotRun(queue, tx, { bot: row.bot, input: row.input });
              }
            },
          },
    close: () => runtime.close(),
  };

  function dispatcher({ onError }: BotsOptions): Dispatch {
    return async ({ method, url, headers, body }, principal, signal) => {
      const target = new URL(url, origin);
      const mount = ['/fhir/R4', '/fhir'].find(
        (base) => target.pathname.startsWith(`${base}/`) || target.pathname === base,
      );
      if (mount === undefined || target.origin !== new URL(origin).origin)
        return { status: 404, headers: {} };
      const requestId = randomUUID();
      const response = await handleFhir(
        services,
        await principalOf(principal.slice('Bot/'.length)),
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
