// Entry of the process of a deployed bot: loads what every bot needs, closes itself, and waits for the one run it is for.
import { Socket } from 'node:net';
import { Hl7Message, MedplumClient, ContentType } from '@medplum/core';
import { BOT_LIMITS, type BotResponse, type FromWorker } from '../../messages.ts';
import { botConsole } from '../../worker-console.ts';
import { encodeFrame, type Frame, FrameReader } from '../frames.ts';
import type { IsolatedRun, ToProcess } from '../messages.ts';
import { closeProcessDown } from './close.ts';
import { type Ask, channelFetch } from './fetch.ts';
import { loadHandler } from './load-code.ts';

/** Descriptor of the channel; standard input and output lead nowhere. */
const CHANNEL = 3;

const channel = new Socket({ fd: CHANNEL, readable: true, writable: true });
// Taken before the process is closed, which takes it away from everybody else.
const { reallyExit } = process as unknown as { readonly reallyExit: (code: number) => void };
const exit = (code: number): void => {
  reallyExit.call(undefined, code);
};
const { stringify, parse } = JSON;
const post = (
  message: FromWorker | { kind: 'outside'; id: number; request: unknown },
  bytes?: Uint8Array,
): void => {
  for (const part of encodeFrame(
    bytes === undefined ? { value: message } : { value: message, bytes },
  ))
    channel.write(part);
};
const waiting = new Map<number, (response: BotResponse) => void>();
let lastRequest = 0;

const ask: Ask = async (kind, { body, ...request }) =>
  await new Promise((resolve) => {
    lastRequest += 1;
    waiting.set(lastRequest, resolve);
    post({ kind, id: lastRequest, request }, body);
  });

const reader = new FrameReader();
const receive = ({ value, bytes }: Frame): void => {
  const message = value as ToProcess;
  if (message.kind === 'run') {
    void run(message);
    return;
  }
  const { id, response } = message;
  waiting.get(id)?.(bytes === undefined ? response : { ...response, body: bytes });
  waiting.delete(id);
};
channel.on('data', (chunk: Buffer) => {
  for (const frame of reader.read(chunk)) receive(frame);
});
// Without the server there is nobody to run for.
channel.on('close', () => exit(1));
channel.on('error', () => exit(1));
// Before there is anybody who could hear of a failure: a process that cannot be closed ends instead.
closeProcessDown(channel, [
  ['uncaughtException', (error) => fail('not caught', error)],
  ['unhandledRejection', (error) => fail('a rejection nobody handled', error)],
]);
post({ kind: 'ready' });

async function run({ code, origin, event }: IsolatedRun): Promise<void> {
  try {
    const ownFetch = channelFetch(ask, origin);
    const globals = {
      fetch: ownFetch,
      console: botConsole((level, text) => {
        post({ kind: 'log', level, text });
      }),
      process: Object.freeze({ env: Object.freeze({}), version: '', versions: Object.freeze({}) }),
      MedplumClient,
      Hl7Message,
      ContentType,
    };
    for (const [name, value] of Object.entries(globals)) {
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
    }
    const handler = loadHandler(code);
    const { traceId } = event;
    const medplum = new MedplumClient({
      baseUrl: `${origin}/`,
      fetch: async (input: string, init?: RequestInit) => {
        const headers = new Headers(init?.headers);
        if (traceId !== undefined) headers.set('x-trace-id', traceId);
        return await ownFetch(input, { ...init, headers });
      },
    });
    const hl7 = event.contentType === 'x-application/hl7-v2+er7' && typeof event.input === 'string';
    const input = hl7 ? Hl7Message.parse(event.input) : event.input;
    const returned = await handler(medplum, { ...event, input });
    const output = (stringify(returned) as string | undefined) ?? 'null';
    if (output.length > BOT_LIMITS.output)
      throw new TypeError('The result of the bot is too large');
    parse(output);
    post({ kind: 'done', output });
  } catch (error) {
    post({ kind: 'failed', reason: describe(error) });
  }
}

function fail(how: string, error: unknown): void {
  post({ kind: 'failed', reason: `${how}: ${describe(error)}` });
}

/** Getters of a thrown object are code of the bot: they may throw in turn. */
function describe(error: unknown): string {
  try {
    if (typeof error !== 'object' || error === null) return `a thrown ${typeof error}`;
    const { stack, message } = error as { readonly stack?: unknown; readonly message?: unknown };
    const text = [stack, message].find((part) => typeof part === 'string') ?? 'a thrown object';
    return text.slice(0, 2_000);
  } catch {
    return 'a thrown object that cannot be looked at';
  }
}
