import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work after which others have their turn. */
const SLICE = 15;

/** A pause in long work, each time it has gone on for a while. */
export type Pause = () => Promise<void>;

/** Makes the pauses of one piece of work: waited for between its steps, they keep the process answering others. */
export function inSlices(): Pause {
  let begun = performance.now();
  return async () => {
    if (performance.now() - begun < SLICE) return;
    await setImmediate();
    begun = performance.now();
  };
}
