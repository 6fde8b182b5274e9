import { Worker } from 'node:worker_threads';
import { fhirError } from '../outcome/codes.ts';
import type { ConstraintRequest, InvariantRequest, InvariantVerdict } from './messages.ts';

const ENTRY = new URL('./worker.ts', import.meta.url);
/** Milliseconds that the invariants of one resource may take. */
const LIMIT = 5_000;
/** Milliseconds after which a worker without work gives its memory back. */
const IDLE = 60_000;
const MEMORY_MB = 256;
/** Requests that may wait. */
const MAX_WAITING = 50;

/** Evaluates the invariants of resources. */
export interface Invariants {
  /**
   * @returns a verdict for each evaluation, or undefined where they took too long or too much memory
   * @throws FhirError `SERVER_BUSY` where too many wait
   */
  evaluate(request: InvariantRequest): Promise<readonly InvariantVerdict[] | undefined>;
  /**
   * True if every constraint is exactly `true`; false also where one cannot be evaluated, or they took too long or too much
   * memory: nothing is allowed for want of an answer.
   * @throws FhirError `SERVER_BUSY` where too many wait
   */
  satisfied(request: ConstraintRequest): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * The engine in a thread of its own, started when it is first needed: expressions come from profiles that anybody may have
 * written, and one that takes too long ends with its thread, not with the server.
 * @param limit milliseconds for one request
 */
export function createInvariants(limit = LIMIT): Invariants {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  const stop = async (): Promise<void> => {
    clearTimeout(idle);
    const stopped = worker;
    worker = undefined;
    await stopped?.terminate();
  };
  const run = async (request: InvariantRequest | ConstraintRequest): Promise<unknown> => {
    clearTimeout(idle);
    const running = worker ?? start();
    worker = running;
    running.once('exit', () => {
      if (worker === running) worker = undefined;
    });
    const answer = await ask(running, request, limit);
    if (answer === undefined) await stop();
    else idle = setTimeout(() => void stop(), IDLE).unref();
    return answer;
  };
  const inTurn = async (request: InvariantRequest | ConstraintRequest): Promise<unknown> => {
    if (waiting >= MAX_WAITING) throw fhirError('SERVER_BUSY', {}, { retryAfter: 1 });
    waiting += 1;
    const turn = last.then(() => run(request));
    last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      waiting -= 1;
    }
  };
  return {
    async evaluate(request) {
      if (request.evaluations.length === 0) return [];
      return (await inTurn(request)) as readonly InvariantVerdict[] | undefined;
    },
    async satisfied(request) {
      return (await inTurn(request)) === true;
    },
    async close() {
      await stop();
    },
  };
}

function start(): Worker {
  const worker = new Worker(ENTRY, {
    env: {},
    argv: [],
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  // Who asked hears of it by the end of the thread; an idle one that fails is started anew when it is needed.
  worker.on('error', () => undefined);
  worker.unref();
  return worker;
}

function ask(
  worker: Worker,
  request: InvariantRequest | ConstraintRequest,
  limit: number,
): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      end(undefined);
    }, limit);
    const end = (answer: unknown): void => {
      clearTimeout(timer);
      worker.off('message', end);
      worker.off('error', failed);
      worker.off('exit', failed);
      resolve(answer);
    };
    const failed = (): void => {
      end(undefined);
    };
    worker.on('message', end);
    worker.on('error', failed);
    worker.on('exit', failed);
    worker.postMessage(request);
  });
}
