import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FhirPathAnswer, FhirPathTask } from './fhirpath-worker.ts';

/** Milliseconds that an expression may take, the first load of the library included. */
const LIMIT = 5_000;

/** Evaluates expressions of clients, which may be anything, away from the event loop. */
export interface FhirPathCriteria {
  /** @returns undefined where the expression fails or takes too long */
  holds(expression: string, previous: unknown, current: unknown): Promise<boolean | undefined>;
  close(): Promise<void>;
}

interface Waiting {
  readonly task: FhirPathTask;
  readonly resolve: (holds: boolean | undefined) => void;
}

/** Opens an evaluator; its thread starts with the first expression and is ended when one takes too long. */
export function createFhirPathCriteria(): FhirPathCriteria {
  const queue: Waiting[] = [];
  let worker: Worker | undefined;
  let running: { readonly waiting: Waiting; readonly timer: NodeJS.Timeout } | undefined;
  let count = 0;

  const drop = (): void => {
    const ended = worker;
    worker = undefined;
    ended?.removeAllListeners();
    void ended?.terminate();
  };
  const finish = (holds: boolean | undefined): void => {
    if (running === undefined) return;
    clearTimeout(running.timer);
    running.waiting.resolve(holds);
    running = undefined;
    next();
  };
  const open = (): Worker => {
    const started = new Worker(join(import.meta.dirname, 'fhirpath-worker.ts'), {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    started.unref();
    started.on('message', ({ number, holds }: FhirPathAnswer) => {
      if (running?.waiting.task.number === number) finish(holds);
    });
    const failed = (): void => {
      drop();
      finish(undefined);
    };
    started.on('error', failed);
    started.on('exit', failed);
    return started;
  };
  const next = (): void => {
    const waiting = running === undefined ? queue.shift() : undefined;
    if (waiting === undefined) return;
    worker ??= open();
    const timer = setTimeout(() => {
      drop();
      finish(undefined);
    }, LIMIT);
    running = { waiting, timer };
    worker.postMessage(waiting.task);
  };

  return {
    holds: (expression, previous, current) =>
      new Promise((resolve) => {
        count += 1;
        queue.push({ task: { number: count, expression, previous, current }, resolve });
        next();
      }),
    async close() {
      const ended = worker;
      drop();
      for (const { resolve } of queue.splice(0)) resolve(undefined);
      finish(undefined);
      await ended?.terminate();
    },
  };
}
