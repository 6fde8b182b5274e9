import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { FrameReader } from './frames.ts';
import type { IsolationLevel } from './isolation-level.ts';
import { launch } from './launch.ts';
import { childrenOf } from './memory.ts';
import { readFromProcess } from './read-from-process.ts';

/** A process that waits for its one run. */
export interface BotProcess {
  readonly child: ChildProcess;
  readonly channel: Duplex;
  /** MiB that its heap may have. */
  readonly memoryMb: number;
}

/** Milliseconds that a process may take to start. */
const START = 30_000;

/** Milliseconds that the maker of namespaces has to end after the process in them. */
const BURIAL = 1_000;

/** Milliseconds after which spare processes give their memory back where nothing runs. */
const IDLE = 300_000;

/** Processes for deployed bots. Each is used once; spare ones are started ahead, so that a run need not wait for one. */
export class ProcessPool {
  readonly #level: IsolationLevel;
  readonly #memoryMb: number;
  readonly #spares: number;
  #waiting: Promise<BotProcess>[] = [];
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(level: IsolationLevel, memoryMb: number, spares: number) {
    this.#level = level;
    this.#memoryMb = memoryMb;
    this.#spares = spares;
  }

  /** Hands out a process that has started. The caller ends it. */
  async take(): Promise<BotProcess> {
    clearTimeout(this.#idle);
    for (;;) {
      const next = this.#waiting.shift();
      const taken = await (next ?? startProcess(this.#level, this.#memoryMb));
      // A spare one may have been ended from outside while it waited.
      if (taken.child.exitCode === null && taken.child.signalCode === null) {
        taken.child.ref();
        return taken;
      }
    }
  }

  /** Starts spare processes. */
  refill(): void {
    if (this.#closed) return;
    while (this.#waiting.length < this.#spares) {
      const starting = startProcess(this.#level, this.#memoryMb);
      starting.then(
        ({ child }) => {
          child.unref();
        },
        () => {
          this.#waiting = this.#waiting.filter((one) => one !== starting);
        },
      );
      this.#waiting.push(starting);
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      void this.#drop();
    }, IDLE).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    await this.#drop();
  }

  async #drop(): Promise<void> {
    const all = this.#waiting;
    this.#waiting = [];
    await Promise.allSettled(
      all.map(async (starting) => {
        await endProcess(await starting);
      }),
    );
  }
}

/** Ends a process at once, and waits until it is gone. */
export async function endProcess({ child, channel }: BotProcess): Promise<void> {
  channel.destroy();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  // Inside namespaces the process is a child of the one that made them, which buries it and ends; killed first, it would
  // leave the burial to whoever has the number 1, and not every container has somebody there who does it.
  const inner = child.pid === undefined ? [] : await childrenOf(child.pid);
  for (const pid of inner) killOne(pid);
  const late = setTimeout(() => child.kill('SIGKILL'), inner.length === 0 ? 0 : BURIAL);
  await gone;
  clearTimeout(late);
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Starts a process and waits until it has closed itself. @throws TypeError where it does not */
export async function startProcess(level: IsolationLevel, memoryMb: number): Promise<BotProcess> {
  const child = launch(level, memoryMb);
  const channel = child.stdio[3] as Duplex | null | undefined;
  return await new Promise((resolve, reject) => {
    const failed = (why: string, cause?: unknown): void => {
      clearTimeout(late);
      child.kill('SIGKILL');
      reject(new TypeError(`A process for a bot does not start: ${why}`, { cause }));
    };
    const late = setTimeout(() => {
      failed('it takes too long');
    }, START);
    child.once('error', (error) => {
      failed('the command fails', error);
    });
    child.once('exit', (code) => {
      failed(`it ended with ${String(code)}`);
    });
    if (channel === null || channel === undefined) {
      failed('it has no channel');
      return;
    }
    channel.on('error', () => undefined);
    // Its first words are that it is ready; nothing of a bot runs before it is told to.
    const reader = new FrameReader();
    channel.on('data', (chunk: Uint8Array) => {
      const [first] = reader.read(chunk);
      if (first === undefined) return;
      if (readFromProcess(first)?.kind !== 'ready') {
        failed('it cannot be closed');
        return;
      }
      channel.pause();
      channel.removeAllListeners('data');
      clearTimeout(late);
      child.removeAllListeners('exit');
      resolve({ child, channel, memoryMb });
    });
  });
}
