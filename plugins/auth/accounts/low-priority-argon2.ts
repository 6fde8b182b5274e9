import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { boundedWork } from './bounded-work.ts';
import { processorBudget } from './processor-budget.ts';

/** What Argon2id is computed from; memory in KiB, length of the tag in bytes. */
export interface Argon2Input {
  readonly message: Uint8Array;
  readonly nonce: Uint8Array;
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly tagLength: number;
}

/** Computes Argon2id. @throws FhirError `AUTH_BUSY` where too many wait */
export type Argon2 = (input: Argon2Input) => Promise<Buffer>;

/** What a thread answers. */
export interface Argon2Answer {
  readonly tag: Uint8Array;
  /** Processor time of the thread. */
  readonly milliseconds: number;
}

interface Hashed {
  readonly tag: Buffer;
  readonly milliseconds: number;
}

interface Waiting {
  readonly resolve: (hashed: Hashed) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Argon2id in threads of low priority, so that a storm of sign-ins costs the sign-ins time and not the other requests.
 * Threads start with the first hash and keep no process alive.
 * What many processes run on, a priority does not bound: a budget of processor time does, after a first burst.
 * @param threads hashes computed at the same time
 * @param queue hashes that may wait
 * @param share of all processors of the machine that hashing may take for long; 1: no bound
 */
export function lowPriorityArgon2(threads: number, queue: number, share = 1): Argon2 {
  const bounded = boundedWork(threads, queue);
  const idle: Thread[] = [];
  const budget =
    share < 1
      ? processorBudget(share * availableParallelism(), () => performance.now())
      : undefined;
  return (input) =>
    new Promise((resolve, reject) => {
      bounded(async () => {
        const thread = alive(idle) ?? startThread();
        const { tag, milliseconds } = await thread.hash(input);
        idle.push(thread);
        resolve(tag);
        // Whoever asked has the hash; the place is not given on before the rest is over.
        const rest = budget?.spend(milliseconds) ?? 0;
        if (rest > 0) await setTimeout(rest, undefined, { ref: false });
      }).catch(reject);
    });
}

/** A thread that computes one hash at a time. One that has failed, or ended while nothing was asked of it, is not used again. */
interface Thread {
  readonly ended: () => boolean;
  readonly hash: (input: Argon2Input) => Promise<Hashed>;
}

/** Takes a thread that still runs. */
function alive(idle: Thread[]): Thread | undefined {
  let thread = idle.pop();
  while (thread?.ended() === true) thread = idle.pop();
  return thread;
}

function startThread(): Thread {
  const worker = new Worker(new URL('./argon2-worker.ts', import.meta.url), {
    env: {},
    execArgv: [],
  });
  let waiting: Waiting | undefined;
  let ended = false;
  const fail = (error: Error): void => {
    ended = true;
    waiting?.reject(error);
    waiting = undefined;
  };
  worker.on('message', ({ tag, milliseconds }: Argon2Answer) => {
    worker.unref();
    waiting?.resolve({ tag: Buffer.from(tag), milliseconds });
    waiting = undefined;
  });
  worker.on('error', fail);
  worker.on('exit', () => {
    fail(new Error('The thread that hashes passwords has ended'));
  });
  return {
    ended: () => ended,
    hash: (input) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        worker.ref();
        worker.postMessage(input);
      }),
  };
}
