import { parentPort } from 'node:worker_threads';
import { constraintEngine } from './constraint.ts';
import { invariantEngine } from './engine.ts';
import type { ConstraintRequest, InvariantRequest } from './messages.ts';

const evaluate = invariantEngine();
const satisfied = constraintEngine();

parentPort?.on('message', (request: InvariantRequest | ConstraintRequest) => {
  parentPort?.postMessage('constraints' in request ? satisfied(request) : evaluate(request));
});
