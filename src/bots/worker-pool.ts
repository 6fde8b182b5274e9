import { Worker } from 'node:worker_threads';
import { DEFAULT_MEMORY_MB } from './manifest.ts';

/** How long a spare worker waits for a run before its memory is given back, in milliseconds. */
const IDLE = 300_000;

/** How long a worker may take to start, in milliseconds. */
const START = 30_000;

const ENTRY = new URL('./worker.ts', import.meta.url);

/**
 * Workers for bots. Each is used for one run only, so that nothing of a run is left for the next; one spare is started
 * in advance once bots are in use.
 */
export class WorkerPool {
  #spare: { readonly worker: Promise<Worker>; readonly idle: NodeJS.Timeout } | undefined;
  #closed = false;

  /** Hands out a worker that has started. The caller terminates it. */
  async take(memoryMb: number): Promise<Worker> {
    const spare = this.#spare;
    if (spare === undefined || memoryMb !== DEFAULT_MEMORY_MB) return await startWorker(memoryMb);
    this.#spare = undefined;
    clearTimeout(spare.idle);
    const worker = await spare.worker;
    worker.ref();
    return worker;
  }

  /** Starts a spare worker unless there is one. */
  refill(): void {
    if (this.#closed || this.#spare !== undefined) return;
    const worker = startWorker(DEFAULT_MEMORY_MB);
    const idle = setTimeout(() => {
      this.#drop(worker);
    }, IDLE).unref();
    this.#spare = { worker, idle };
    worker.then(
      (started) => {
        started.unref();
        started.once('exit', () => {
          this.#forget(worker);
        });
      },
      () => {
        this.#forget(worker);
      },
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    const spare = this.#spare;
    if (spare === undefined) return;
    this.#drop(spare.worker);
    await spare.worker.then(terminate, () => undefined);
  }

  #drop(worker: Promise<Worker>): void {
    this.#forget(worker);
    worker.then(terminate, () => undefined);
  }

  #forget(worker: Promise<Worker>): void {
    if (this.#spare?.worker !== worker) return;
    clearTimeout(this.#spare.idle);
    this.#spare = undefined;
  }
}

async function terminate(worker: Worker): Promise<void> {
  await worker.terminate();
}

async function startWorker(memoryMb: number): Promise<Worker> {
  const worker = new Worker(ENTRY, {
    env: {},
    argv: [],
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, stackSizeMb: 4 },
  });
  // What goes past the console is dropped: it would end up unformatted in the log of the server.
  worker.stdout.resume();
  worker.stderr.resume();
  return await new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      void worker.terminate();
      reject(new TypeError('A worker does not start'));
    }, START);
    worker.once('message', () => {
      clearTimeout(late);
      resolve(worker);
    });
    worker.once('error', (error) => {
      clearTimeout(late);
      reject(new TypeError('A worker does not start', { cause: error }));
    });
  });
}
