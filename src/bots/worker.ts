// Entry of a worker thread: loads what every bot needs, then waits for the one run it is there for.
import { parentPort } from 'node:worker_threads';
import { Hl7Message, MedplumClient } from '@medplum/core';
import {
  BOT_LIMITS,
  type BotResponse,
  type FromWorker,
  type RunMessage,
  type ToWorker,
} from './messages.ts';
import { botConsole } from './worker-console.ts';
import { type AskHost, botFetch } from './worker-fetch.ts';

const port = parentPort;
if (port === null) throw new TypeError('worker.ts runs in a worker thread only');
const post = (message: FromWorker): void => {
  port.postMessage(message);
};
const waiting = new Map<number, (response: BotResponse) => void>();
let lastRequest = 0;

const askHost: AskHost = async (request) =>
  await new Promise((resolve) => {
    lastRequest += 1;
    waiting.set(lastRequest, resolve);
    post({ kind: 'request', id: lastRequest, request });
  });

port.on('message', (message: ToWorker) => {
  if (message.kind === 'run') {
    void run(message);
    return;
  }
  waiting.get(message.id)?.(message.response);
  waiting.delete(message.id);
});
post({ kind: 'ready' });

async function run({ module, origin, network, event }: RunMessage): Promise<void> {
  try {
    const ownFetch = botFetch(askHost, origin, network, globalThis.fetch);
    globalThis.fetch = ownFetch;
    Reflect.deleteProperty(globalThis, 'WebSocket');
    Reflect.deleteProperty(globalThis, 'EventSource');
    Object.assign(
      globalThis.console,
      botConsole((level, text) => {
        post({ kind: 'log', level, text });
      }),
    );
    const handler = handlerOf((await import(module)) as BotModule);
    const medplum = new MedplumClient({
      baseUrl: `${origin}/`,
      fetch: tracedFetch(ownFetch, event.traceId),
    });
    const output = JSON.stringify(
      (await handler(medplum, { ...event, input: inputOf(event) })) ?? null,
    );
    if (output.length > BOT_LIMITS.output)
      throw new TypeError('The result of the bot is too large');
    post({ kind: 'done', output });
  } catch (error) {
    post({ kind: 'failed', reason: describe(error) });
  }
}

type Handler = (medplum: MedplumClient, event: unknown) => Promise<unknown>;

interface BotModule {
  readonly handler?: unknown;
}

function handlerOf(module: BotModule): Handler {
  if (typeof module.handler !== 'function') throw new TypeError('The bot exports no handler');
  return module.handler as Handler;
}

function inputOf({ contentType, input }: RunMessage['event']): unknown {
  const isHl7 = contentType === 'x-application/hl7-v2+er7' && typeof input === 'string';
  return isHl7 ? Hl7Message.parse(input) : input;
}

function tracedFetch(ownFetch: typeof fetch, traceId: string | undefined): typeof fetch {
  if (traceId === undefined) return ownFetch;
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('x-trace-id', traceId);
    return await ownFetch(input, { ...init, headers });
  };
}

function describe(error: unknown): string {
  if (typeof error !== 'object' || error === null) return `a thrown ${typeof error}`;
  const { stack, message } = error as { readonly stack?: unknown; readonly message?: unknown };
  const text = [stack, message].find((part) => typeof part === 'string') ?? 'a thrown object';
  return text.slice(0, 2_000);
}
