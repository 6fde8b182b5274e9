import type { RunContext, RunEnd } from '../run-in-worker.ts';
import { BUSY } from '../run-in-worker.ts';
import { BOT_LIMITS, type BotRequest, type BotResponse } from '../messages.ts';
import { encodeFrame, FrameReader } from './frames.ts';
import { NODE_MB } from './launch.ts';
import { residentMb } from './memory.ts';
import type { IsolatedRun, ToProcess } from './messages.ts';
import { type BotProcess, endProcess } from './process-pool.ts';
import { readFromProcess } from './read-from-process.ts';

/** What one run may send at all: more is a flood, and ends it. */
export const RUN_LIMITS = {
  messages: 50_000,
  bytes: 500_000_000,
  /** Messages in one turn; the next ones wait until the server has done something else. */
  turn: 200,
} as const;

/** Milliseconds between two looks at the memory of a run. */
const WATCH = 40;

/** What a run in a process of its own may ask for. */
export interface IsolatedContext extends RunContext {
  /** Makes a request to another host, where the bot may reach it. */
  outside(request: BotRequest, signal: AbortSignal): Promise<BotResponse>;
}

/** Has a process do its one run. Whatever happens, the process is gone afterwards. */
export async function runInProcess(
  bot: BotProcess,
  message: IsolatedRun,
  context: IsolatedContext,
): Promise<RunEnd> {
  const { child, channel, memoryMb } = bot;
  const over = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  try {
    return await new Promise<RunEnd>((resolve) => {
      const fail = (reason: string): void => {
        resolve({ kind: 'failed', reason });
      };
      timers.push(
        setTimeout(() => {
          resolve({ kind: 'timeout' });
        }, context.limit),
        setInterval(() => {
          void watch(child.pid ?? 0, memoryMb + NODE_MB, fail);
        }, WATCH),
      );
      const abort = (): void => {
        resolve({ kind: 'aborted' });
      };
      if (context.signal?.aborted === true) abort();
      context.signal?.addEventListener('abort', abort, { once: true, signal: over.signal });
      child.once('exit', (code, signal) => {
        fail(
          `the process ended with ${signal ?? `code ${String(code)}`}; that may be its memory limit`,
        );
      });
      listen(channel, context, over.signal, resolve);
      send(channel, message);
    });
  } finally {
    for (const timer of timers) clearInterval(timer);
    over.abort();
    await endProcess(bot);
  }
}

async function watch(pid: number, limit: number, fail: (reason: string) => void): Promise<void> {
  const resident = await residentMb(pid);
  if (resident !== undefined && resident > limit) fail('the process used up its memory');
}

/** Reads the channel in turns, so that a bot that floods it holds up itself and nobody else. */
function listen(
  channel: BotProcess['channel'],
  context: IsolatedContext,
  over: AbortSignal,
  end: (end: RunEnd) => void,
): void {
  const reader = new FrameReader();
  let messages = 0;
  let bytes = 0;
  let underWay = 0;
  let logLeft: number = BOT_LIMITS.log * 2;
  const fail = (reason: string): void => {
    end({ kind: 'failed', reason });
  };
  const answer = async (
    id: number,
    request: BotRequest,
    ask: IsolatedContext['answer'],
  ): Promise<void> => {
    underWay += 1;
    const response = underWay > BOT_LIMITS.requests ? BUSY : await ask(request, over);
    underWay -= 1;
    if (over.aborted) return;
    const { body, ...rest } = response;
    const content = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
    send(channel, { kind: 'response', id, response: rest }, content);
  };
  const take = (frame: Parameters<typeof readFromProcess>[0]): void => {
    const message = over.aborted ? undefined : readFromProcess(frame);
    if (message === undefined || message.kind === 'ready') return;
    if (message.kind === 'request')
      void answer(message.id, message.request, (...asked) => context.answer(...asked));
    else if (message.kind === 'outside')
      void answer(message.id, message.request, (...asked) => context.outside(...asked));
    else if (message.kind === 'failed') end(message);
    else if (message.kind === 'done') end(readOutput(message.output));
    else if ((logLeft -= message.text.length) > 0) context.log(message.level, message.text);
  };
  const read = async (chunk: Uint8Array): Promise<void> => {
    bytes += chunk.length;
    if (bytes > RUN_LIMITS.bytes) {
      fail('it sent too much');
      return;
    }
    channel.pause();
    const frames = reader.read(chunk);
    for (const [index, frame] of frames.entries()) {
      messages += 1;
      if (messages > RUN_LIMITS.messages) {
        fail('it sent too many messages');
        return;
      }
      take(frame);
      if (index % RUN_LIMITS.turn === RUN_LIMITS.turn - 1) await turn();
    }
    await turn();
    if (!over.aborted) channel.resume();
  };
  channel.on('data', (chunk: Uint8Array) => {
    read(chunk).catch(() => {
      fail('it does not keep to the form of messages');
    });
  });
  channel.resume();
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function readOutput(json: string): RunEnd {
  try {
    return { kind: 'done', output: JSON.parse(json) };
  } catch {
    return { kind: 'failed', reason: 'the result is no JSON' };
  }
}

function send(channel: BotProcess['channel'], value: ToProcess, bytes?: Uint8Array): void {
  if (channel.destroyed) return;
  const frame = bytes === undefined ? { value } : { value, bytes };
  for (const part of encodeFrame(frame)) channel.write(part);
}
