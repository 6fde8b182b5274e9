import { Worker } from 'node:worker_threads';
import { boundedWork } from './bounded-work.ts';

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

interface Waiting {
  readonly resolve: (tag: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Argon2id in threads of low priority, so that a storm of sign-ins costs the sign-ins time and not the other requests.
 * Threads start with the first hash and keep no process alive.
 * @param threads hashes computed at the same time
 * @param queue hashes that may wait
 */
export function lowPriorityArgon2(threads: number, queue: number): Argon2 {
  const bounded = boundedWork(threads, queue);
  const idle: Thread[] = [];
  return (input) =>
    bounded(async () => {
      const thread = idle.pop() ?? startThread();
      const tag = await thread(input);
      idle.push(thread);
      return tag;
    });
}

/** A thread that computes one hash at a time. One that has failed is not used again. */
type Thread = (input: Argon2Input) => Promise<Buffer>;

function startThread(): Thread {
  const worker = new Worker(new URL('./argon2-worker.ts', import.meta.url), {
    env: {},
    execArgv: [],
  });
  let waiting: Waiting | undefined;
  const fail = (error: Error): void => {
    waiting?.reject(error);
    waiting = undefined;
  };
  worker.on('message', (tag: Uint8Array) => {
    worker.unref();
    waiting?.resolve(Buffer.from(tag));
    waiting = undefined;
  });
  worker.on('error', fail);
  worker.on('exit', () => {
    fail(new Error('The thread that hashes passwords has ended'));
  });
  return (input) =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      worker.ref();
      worker.postMessage(input);
    });
}
