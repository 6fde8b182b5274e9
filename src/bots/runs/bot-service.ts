import { randomUUID } from 'node:crypto';
import { claimsOf } from '../../access/principal.ts';
import { fhirError } from '../../outcome/codes.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { Principals } from '../../identity/principals.ts';
import type { RunnableJobQueue } from '../../jobs/job-queue.ts';
import type { AccessContext } from '../../storage/access-context.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import { instant } from '../../storage/instant.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import { readCurrent } from '../../storage/repository/reading/system-read.ts';
import type { BotRuntime, ExecuteOptions } from '../bot-runtime.ts';
import { type DeployedBot, keepsLog, readDeployedBot } from '../deployed/deployed-bot.ts';
import type { DeployedRuntime } from '../deployed/deployed-runtime.ts';
import type { KeptCall, RunTrigger } from './bot-run.ts';
import { RunLog } from './run-log.ts';
import { activeRuns, addRun } from './run-store.ts';

/** How a run is asked for. */
export interface RunOptions extends ExecuteOptions {
  readonly trigger?: RunTrigger;
  /** Id of a run that answers later: its row is there already, and whoever started it ends it. */
  readonly runId?: string;
}

/** What bots are run and their runs kept with. */
export interface BotServiceParts {
  readonly store: ClinicalStore;
  readonly principals: Pick<Principals, 'ofReference'>;
  readonly queue: Pick<RunnableJobQueue, 'enqueue' | 'wake'>;
  readonly shipped: BotRuntime;
  readonly deployed: DeployedRuntime;
  readonly jobsPerClient: number;
}

/** Bots as the FHIR API and the triggers use them. */
export interface BotService {
  /** True for a bot that ships with the product. */
  isShipped(bot: string): boolean;
  /** The Bot resource, read; undefined where there is none. */
  find(bot: string): Promise<DeployedBot | undefined>;
  /**
   * Runs a bot and waits for its result. The run, its outcome and what it printed can be read afterwards.
   * @throws FhirError `BOT_*`, `SERVER_BUSY`
   */
  execute(bot: string, input: unknown, options?: RunOptions): Promise<unknown>;
  /**
   * Has a bot run later; a server that is killed goes on with it.
   * @param request URL that was asked for
   * @returns id of the run
   * @throws FhirError `BULK_TOO_MANY_JOBS`
   */
  start(context: AccessContext, bot: string, call: KeptCall, request: string): Promise<string>;
}

/** Name of the job that does a run which answers later. */
export const ASYNC_JOB = 'bot/async';

/** Attempts of such a job: those that ended with the server. A bot that fails is not repeated. */
const ATTEMPTS = 5;

/** Makes the service. */
export function createBotService(parts: BotServiceParts): BotService {
  const { store, principals, queue, shipped, deployed } = parts;
  const isShipped = (bot: string): boolean => shipped.bots.has(bot);
  const find = async (bot: string): Promise<DeployedBot | undefined> => {
    const resource = await readCurrent(store, 'Bot', bot);
    return resource === undefined ? undefined : readDeployedBot(resource);
  };

  const execute = async (
    bot: string,
    input: unknown,
    options: RunOptions = {},
  ): Promise<unknown> => {
    const resource = isShipped(bot) ? undefined : await find(bot);
    if (!isShipped(bot) && resource === undefined) throw fhirError('BOT_UNKNOWN', { bot });
    const requested = instant(store.clock);
    const id = options.runId ?? randomUUID();
    const log = new RunLog();
    const logged: ExecuteOptions['logged'] = (level, text) => {
      log.add(level, text);
      options.logged?.(level, text);
    };
    const record = async (reason: string | undefined): Promise<void> => {
      const failed = reason !== undefined;
      await recordAccess(
        store,
        { principal: await principals.ofReference(`Bot/${bot}`), requestId: options.traceId ?? id },
        {
          interaction: 'operation:bot-run',
          type: 'Bot',
          id: bot,
          outcome: failed ? 4 : 0,
          detail: `Run ${id} by ${options.trigger ?? 'job'}: ${reason ?? 'completed'}`,
        },
      );
      if (options.runId !== undefined) return;
      const keeps =
        resource === undefined ||
        (resource.logTo.includes('resource') && keepsLog(resource, failed, log.text));
      await addRun(store.database, {
        id,
        bot,
        trigger: options.trigger ?? 'job',
        requester: options.requester ?? null,
        status: failed ? 'error' : 'completed',
        requested,
        finished: instant(store.clock),
        reason: reason ?? null,
        log: keeps ? log.text : null,
      });
    };
    let output: unknown;
    try {
      const call = { ...options, logged };
      output =
        resource === undefined
          ? await shipped.execute(bot, input, call)
          : await deployed.execute(resource, input, call);
    } catch (error) {
      if (isFhirError(error)) await record(error.code);
      throw error;
    }
    await record(undefined);
    return output;
  };

  return {
    isShipped,
    find,
    execute,
    async start(context, bot, call, request) {
      const { principal } = context;
      const id = randomUUID();
      if ((await activeRuns(store.database, principal.reference)) >= parts.jobsPerClient)
        throw fhirError('BULK_TOO_MANY_JOBS', {}, { retryAfter: 30 });
      await store.database.transaction(async (tx) => {
        await addRun(tx, {
          id,
          bot,
          trigger: 'async',
          requester: principal.reference,
          status: 'active',
          requested: instant(store.clock),
          claims: claimsOf(principal),
          request,
          call,
        });
        await queue.enqueue(tx, ASYNC_JOB, { id }, { key: id, maxAttempts: ATTEMPTS });
      });
      queue.wake();
      return id;
    },
  };
}
