import type { Logger } from 'pino';
import { fhirError } from '../outcome/codes.ts';
import { summarizeError } from '../plugin/error-summary.ts';
import { BotError } from './bot-error.ts';
import type { Bot } from './discover.ts';
import type { PrincipalClaims } from '../access/principal.ts';
import type { BotRequest, BotResponse, LogLevel, RunMessage } from './messages.ts';
import { redactor } from './redact.ts';
import { type RunContext, type RunEnd, runInWorker } from './run-in-worker.ts';
import { FULL, RunQueue } from './run-queue.ts';
import { WorkerPool } from './worker-pool.ts';

/**
 * Answers a request of a bot as the server answers one over HTTP, under the identity `principal` (`Bot/<name>`) and its
 * AccessPolicy; a deployed bot that runs as its user, under `runAs`. The signal is aborted when the run has ended.
 */
export type Dispatch = (
  request: BotRequest,
  principal: string,
  signal: AbortSignal,
  runAs?: PrincipalClaims,
) => Promise<BotResponse>;

/** What the runtime works with. */
export interface BotRuntimeOptions {
  readonly bots: ReadonlyMap<string, Bot>;
  /** Values of the configured secrets of a bot by name. A bot gets those that its manifest names, and no others. */
  secretsOf(bot: string): Readonly<Record<string, string>>;
  readonly dispatch: Dispatch;
  readonly log: Logger;
  /** Public origin of the server without a trailing slash. */
  readonly origin: string;
  /** Runs at the same time, 4 unless told; each is a thread. */
  readonly concurrency?: number;
  /** Runs that may wait for a place, 100 unless told. */
  readonly waiting?: number;
}

/** How a bot is run. */
export interface ExecuteOptions {
  /** FHIR reference of who asked for the run. */
  readonly requester?: string;
  /** Media type of the input; `application/fhir+json` unless told. HL7 v2 is handed to the bot parsed. */
  readonly contentType?: string;
  readonly traceId?: string;
  /** Aborts the run. */
  readonly signal?: AbortSignal;
  /** Header fields that the handler gets. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What stood behind `$execute` in the path. */
  readonly path?: string;
  /** Who runs it, for a deployed bot that acts as its user. */
  readonly runAs?: PrincipalClaims;
  /** Hears what the bot prints, and why it failed, both without secrets. */
  readonly logged?: (level: LogLevel, text: string) => void;
}

/** Runs bots. */
export interface BotRuntime {
  readonly bots: ReadonlyMap<string, Bot>;
  /**
   * Runs a bot in a thread of its own and waits for its result.
   * @throws FhirError `BOT_UNKNOWN`, `BOT_FAILED`, `BOT_TIMEOUT`, `SERVER_BUSY`
   */
  execute(name: string, input: unknown, options?: ExecuteOptions): Promise<unknown>;
  /** Stops all runs and refuses new ones. */
  close(): Promise<void>;
}

/**
 * Makes the runtime of bots; no thread is started before the first run.
 * @throws BotError `BOT_SECRET_MISSING`
 */
export function createBotRuntime(options: BotRuntimeOptions): BotRuntime {
  const { bots, log } = options;
  const secrets = new Map([...bots].map(([name, bot]) => [name, selectSecrets(bot, options)]));
  const queue = new RunQueue(options.concurrency ?? 4, options.waiting ?? 100);
  const pool = new WorkerPool();
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();

  const runOnce = async (bot: Bot, input: unknown, settings: ExecuteOptions): Promise<RunEnd> => {
    const signal = AbortSignal.any([closing.signal, ...(settings.signal ? [settings.signal] : [])]);
    if (signal.aborted) return { kind: 'aborted' };
    const own = secrets.get(bot.manifest.name) ?? {};
    const worker = await pool.take(bot.manifest.memoryMb);
    const message = runMessage(bot, input, { settings, secrets: own, origin: options.origin });
    const end = await runInWorker(
      worker,
      message,
      runContext(bot, own, { ...settings, signal }, options),
    );
    pool.refill();
    return end;
  };

  const execute = async (
    name: string,
    input: unknown,
    settings: ExecuteOptions,
  ): Promise<unknown> => {
    const bot = bots.get(name);
    if (bot === undefined) throw fhirError('BOT_UNKNOWN', { bot: name });
    const end = await queue.run(async () => await runOnce(bot, input, settings));
    if (end === FULL) throw fhirError('SERVER_BUSY', {}, { retryAfter: 5 });
    if (end.kind === 'done') return end.output;
    const { timeoutSeconds } = bot.manifest;
    const reason = end.kind === 'failed' ? redactor(secrets.get(name) ?? {})(end.reason) : end.kind;
    settings.logged?.('error', reason);
    log.warn({ event: `bot.${end.kind}`, bot: name, reason }, 'A bot did not finish');
    if (end.kind === 'timeout')
      throw fhirError('BOT_TIMEOUT', { bot: name, seconds: timeoutSeconds });
    throw fhirError('BOT_FAILED', { bot: name }, { detail: reason });
  };

  return {
    bots,
    execute: async (name, input, settings = {}) => {
      const run = execute(name, input, settings);
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
      await pool.close();
    },
  };
}

function selectSecrets(bot: Bot, options: BotRuntimeOptions): Readonly<Record<string, string>> {
  const { name, secrets } = bot.manifest;
  const configured = options.secretsOf(name);
  return Object.fromEntries(
    secrets.map((secret) => {
      const value = Object.hasOwn(configured, secret) ? configured[secret] : undefined;
      if (value === undefined) throw new BotError('BOT_SECRET_MISSING', name, { secret });
      return [secret, value];
    }),
  );
}

function runMessage(
  { manifest, module }: Bot,
  input: unknown,
  {
    settings,
    secrets,
    origin,
  }: { settings: ExecuteOptions; secrets: Readonly<Record<string, string>>; origin: string },
): RunMessage {
  const { requester, traceId, contentType = 'application/fhir+json', headers, path } = settings;
  const settingsOf = Object.entries(secrets).map(([name, valueString]) => [
    name,
    { name, valueString },
  ]);
  return {
    kind: 'run',
    module,
    origin,
    network: manifest.network,
    event: {
      bot: { reference: `Bot/${manifest.name}` },
      contentType,
      input,
      secrets: Object.fromEntries(settingsOf) as RunMessage['event']['secrets'],
      ...(traceId === undefined ? {} : { traceId }),
      ...(requester === undefined ? {} : { requester: { reference: requester } }),
      ...(headers === undefined ? {} : { headers }),
      ...(path === undefined ? {} : { path }),
    },
  };
}

function runContext(
  { manifest }: Bot,
  secrets: Readonly<Record<string, string>>,
  { signal, logged }: ExecuteOptions,
  { dispatch, log }: BotRuntimeOptions,
): RunContext {
  const botLog = log.child({ bot: manifest.name });
  const redact = redactor(secrets);
  return {
    limit: manifest.timeoutSeconds * 1000,
    signal,
    answer: async (request, over) => {
      try {
        return await dispatch(request, `Bot/${manifest.name}`, over);
      } catch (error) {
        botLog.error(
          { event: 'bot.dispatch.failed', error: summarizeError(error) },
          'A request of a bot failed',
        );
        return { status: 500, headers: {} };
      }
    },
    log: (level, text) => {
      const shown = redact(text);
      logged?.(level, shown);
      botLog[level]({ event: 'bot.console' }, shown);
    },
  };
}
