import type { Worker } from 'node:worker_threads';
import {
  BOT_LIMITS,
  type BotRequest,
  type BotResponse,
  type LogLevel,
  type RunMessage,
  type ToWorker,
} from './messages.ts';
import { readMessage } from './read-message.ts';

/** How a run ended. */
export type RunEnd =
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'aborted' };

/** What a run may ask for, and its bounds. */
export interface RunContext {
  /** Milliseconds. */
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
  answer(request: BotRequest, signal: AbortSignal): Promise<BotResponse>;
  log(level: LogLevel, text: string): void;
}

/** Answer to a request beyond those that may be under way. */
export const BUSY: BotResponse = {
  status: 429,
  headers: { 'content-type': 'application/fhir+json' },
  body: JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [
      { severity: 'error', code: 'throttled', details: { text: 'Too many requests at once' } },
    ],
  }),
};

/** Has a fresh worker do its one run. Whatever happens, the worker is gone afterwards. */
export async function runInWorker(
  worker: Worker,
  message: RunMessage,
  context: RunContext,
): Promise<RunEnd> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<RunEnd>((resolve) => {
      timer = setTimeout(() => {
        resolve({ kind: 'timeout' });
      }, context.limit);
      const abort = (): void => {
        resolve({ kind: 'aborted' });
      };
      if (context.signal?.aborted === true) abort();
      context.signal?.addEventListener('abort', abort, { once: true, signal: over.signal });
      worker.on('error', (error: unknown) => {
        resolve({ kind: 'failed', reason: crashReason(error) });
      });
      worker.on('exit', (code) => {
        resolve({ kind: 'failed', reason: `the worker ended with code ${String(code)}` });
      });
      worker.on('message', messageHandler(worker, context, over.signal, resolve));
      post(worker, message);
    });
  } finally {
    clearTimeout(timer);
    over.abort();
    await worker.terminate();
  }
}

function messageHandler(
  worker: Worker,
  context: RunContext,
  over: AbortSignal,
  end: (end: RunEnd) => void,
): (value: unknown) => void {
  let underWay = 0;
  let logLeft: number = BOT_LIMITS.log * 2;
  const answer = async (id: number, request: BotRequest): Promise<void> => {
    underWay += 1;
    const response = underWay > BOT_LIMITS.requests ? BUSY : await context.answer(request, over);
    underWay -= 1;
    if (!over.aborted) post(worker, { kind: 'response', id, response });
  };
  return (value) => {
    const message = over.aborted ? undefined : readMessage(value);
    if (message === undefined || message.kind === 'ready') return;
    if (message.kind === 'request') void answer(message.id, message.request);
    else if (message.kind === 'failed') end(message);
    else if (message.kind === 'done') end(readOutput(message.output));
    else if ((logLeft -= message.text.length) > 0) context.log(message.level, message.text);
  };
}

function readOutput(json: string): RunEnd {
  try {
    return { kind: 'done', output: JSON.parse(json) };
  } catch {
    return { kind: 'failed', reason: 'the result is no JSON' };
  }
}

function crashReason(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'the worker crashed';
  const { code, stack } = error as { readonly code?: unknown; readonly stack?: unknown };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'the worker used up its memory';
  return `not caught: ${String(stack).slice(0, 2_000)}`;
}

function post(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
