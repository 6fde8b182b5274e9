import { parentPort } from 'node:worker_threads';
import { invariantEngine } from './engine.ts';
import type { InvariantRequest } from './messages.ts';

const evaluate = invariantEngine();

parentPort?.on('message', (request: InvariantRequest) => {
  parentPort?.postMessage(evaluate(request));
});
