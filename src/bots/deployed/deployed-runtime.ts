import type { Logger } from 'pino';
import type { BinaryContents } from '../../fhir/binary/contents.ts';
import { fhirError } from '../../outcome/codes.ts';
import { summarizeError } from '../../plugin/error-summary.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import { createDestinations } from '../../subscriptions/destinations.ts';
import type { Dispatch, ExecuteOptions } from '../bot-runtime.ts';
import { type IsolationLevel, probeIsolation } from '../isolated/isolation-level.ts';
import type { IsolatedRun } from '../isolated/messages.ts';
import { outsideFetch } from '../isolated/outside-fetch.ts';
import { ProcessPool } from '../isolated/process-pool.ts';
import { type IsolatedContext, runInProcess } from '../isolated/run-in-process.ts';
import { redactor } from '../redact.ts';
import type { RunEnd } from '../run-in-worker.ts';
import { FULL, RunQueue } from '../run-queue.ts';
import { readCode } from './bot-code.ts';
import type { DeployedBot } from './deployed-bot.ts';
import { type ProjectSetting, secretsOfBot } from './project-secrets.ts';

/** What deployed bots are run with. */
export interface DeployedRuntimeOptions {
  readonly store: ClinicalStore;
  readonly binaries: BinaryContents;
  readonly dispatch: Dispatch;
  readonly log: Logger;
  /** Public origin of the server without a trailing slash. */
  readonly origin: string;
  readonly settings: {
    /** Longest run in seconds. */
    readonly timeoutSeconds: number;
    /** Heap of a run in MiB. */
    readonly memoryMb: number;
    /** `namespaces`: nothing runs where the machine offers less. */
    readonly isolation: 'namespaces' | 'any';
    /** Hosts that deployed bots may reach, and those of them in private networks. */
    readonly destinations: readonly string[];
    readonly privateDestinations: readonly string[];
    readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  /** Runs at the same time, 4 unless told; each is a process. */
  readonly concurrency?: number;
  /** Runs that may wait for a place, 100 unless told. */
  readonly waiting?: number;
}

/** Runs bots whose code was deployed. */
export interface DeployedRuntime {
  /**
   * Runs a bot in a process of its own and waits for its result.
   * @throws FhirError `BOT_NOT_DEPLOYED`, `BOT_CODE_CHANGED`, `BOT_ISOLATION_UNAVAILABLE`, `BOT_FAILED`, `BOT_TIMEOUT`,
   *   `SERVER_BUSY`
   */
  execute(bot: DeployedBot, input: unknown, options: ExecuteOptions): Promise<unknown>;
  /** Stops all runs and refuses new ones. */
  close(): Promise<void>;
}

/** Seconds of a run whose Bot does not say how long it may take. */
const TIMEOUT = 30;

/** Makes the runtime; no process is started before the first run. */
export function createDeployedRuntime(options: DeployedRuntimeOptions): DeployedRuntime {
  const { store, binaries, log, settings } = options;
  const queue = new RunQueue(options.concurrency ?? 4, options.waiting ?? 100);
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  let opened: Promise<ProcessPool> | undefined;

  const open = async (): Promise<ProcessPool> => {
    const level = await probeIsolation();
    log.info({ event: 'bot.isolation', level: level ?? 'none' }, 'How deployed bots are cut off');
    return new ProcessPool(requireLevel(level, settings.isolation), settings.memoryMb, 1);
  };
  const pool = async (): Promise<ProcessPool> => {
    opened ??= open();
    try {
      return await opened;
    } catch (error) {
      // The machine may be put right while the server runs.
      opened = undefined;
      throw error;
    }
  };

  const runOnce = async (
    bot: DeployedBot,
    seconds: number,
    input: unknown,
    call: ExecuteOptions,
  ): Promise<RunEnd> => {
    const signal = AbortSignal.any([closing.signal, ...(call.signal ? [call.signal] : [])]);
    if (signal.aborted) return { kind: 'aborted' };
    const [code, secrets, processes] = await Promise.all([
      readCode(store, binaries, bot),
      secretsOfBot(store, bot, settings.secrets[bot.id] ?? {}),
      pool(),
    ]);
    const message = runMessage(bot, code, input, secrets, call, options.origin);
    const taken = await processes.take();
    const redact = redactor(textsOf(secrets));
    const context = runContext(bot, seconds, redact, { ...call, signal }, options);
    const end = await runInProcess(taken, message, context);
    if (!closing.signal.aborted) processes.refill();
    return end.kind === 'failed' ? { ...end, reason: redact(end.reason) } : end;
  };

  const execute = async (
    bot: DeployedBot,
    input: unknown,
    call: ExecuteOptions,
  ): Promise<unknown> => {
    const seconds = Math.min(bot.timeout ?? TIMEOUT, settings.timeoutSeconds);
    const end = await queue.run(async () => await runOnce(bot, seconds, input, call));
    if (end === FULL) throw fhirError('SERVER_BUSY', {}, { retryAfter: 5 });
    if (end.kind === 'done') return end.output;
    const reason = end.kind === 'failed' ? end.reason : end.kind;
    call.logged?.('error', reason);
    log.warn({ event: `bot.${end.kind}`, bot: bot.id, reason }, 'A bot did not finish');
    if (end.kind === 'timeout') throw fhirError('BOT_TIMEOUT', { bot: bot.id, seconds });
    throw fhirError('BOT_FAILED', { bot: bot.id }, { detail: reason });
  };

  return {
    execute: async (bot, input, call) => {
      const run = execute(bot, input, call);
      running.add(run);
      try {
        return await run;
      } finally {
        running.delete(run);
      }
    },
    close: async () => {
      closing.abort();
      await Promise.allSettled([...running]);
      await opened?.then((processes) => processes.close()).catch(() => undefined);
    },
  };
}

function requireLevel(
  level: IsolationLevel | undefined,
  required: 'namespaces' | 'any',
): IsolationLevel {
  if (level === undefined || (required === 'namespaces' && level !== 'namespaces'))
    throw fhirError('BOT_ISOLATION_UNAVAILABLE');
  return level;
}

function runMessage(
  bot: DeployedBot,
  code: string,
  input: unknown,
  secrets: Readonly<Record<string, ProjectSetting>>,
  { requester, traceId, contentType = 'application/fhir+json', headers, path }: ExecuteOptions,
  origin: string,
): IsolatedRun {
  return {
    kind: 'run',
    code,
    origin,
    event: {
      bot: { reference: `Bot/${bot.id}` },
      contentType,
      input,
      secrets,
      ...(traceId === undefined ? {} : { traceId }),
      ...(requester === undefined ? {} : { requester: { reference: requester } }),
      ...(headers === undefined ? {} : { headers }),
      ...(path === undefined ? {} : { path }),
    },
  };
}

/** Values by name, as far as they are texts that could be printed. */
function textsOf(secrets: Readonly<Record<string, ProjectSetting>>): Record<string, string> {
  return Object.fromEntries(
    Object.values(secrets).flatMap(({ name, valueString }) =>
      valueString === undefined ? [] : [[name, valueString]],
    ),
  );
}

function runContext(
  bot: DeployedBot,
  seconds: number,
  redact: (text: string) => string,
  call: ExecuteOptions,
  { dispatch, log, settings }: DeployedRuntimeOptions,
): IsolatedContext {
  const botLog = log.child({ bot: bot.id });
  // The bot names hosts, and the deployment has to allow each.
  const deployment = createDestinations(settings.destinations, settings.privateDestinations);
  const named = createDestinations(bot.network, bot.network);
  const destinations = {
    allowsAddress: (url: URL, address: string) => deployment.allowsAddress(url, address),
    refusal: (url: URL) =>
      named.refusal(url) === undefined
        ? deployment.refusal(url)
        : 'the Bot does not name this host',
  };
  return {
    limit: seconds * 1000,
    signal: call.signal,
    answer: async (request, over) => {
      try {
        const runAs = bot.runAsUser ? call.runAs : undefined;
        return await dispatch(request, `Bot/${bot.id}`, over, runAs);
      } catch (error) {
        botLog.error(
          { event: 'bot.dispatch.failed', error: summarizeError(error) },
          'A request of a bot failed',
        );
        return { status: 500, headers: {} };
      }
    },
    outside: (request, over) => outsideFetch(destinations, request, over),
    log: (level, text) => {
      const shown = redact(text);
      call.logged?.(level, shown);
      if (bot.logTo.includes('log')) botLog[level]({ event: 'bot.console' }, shown);
    },
  };
}
