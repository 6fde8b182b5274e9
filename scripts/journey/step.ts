import { performance } from 'node:perf_hooks';
import { isNativeError } from 'node:util/types';

/** One step of the journey. */
export interface Step<State> {
  /** What is done, as a person would say it. */
  readonly title: string;
  /**
   * Does it, and says in a few words what came of it.
   * @throws JourneyError where something is not as it should be
   */
  readonly run: (state: State) => Promise<string>;
}

/** Something that should have held and did not. */
export class JourneyError extends Error {
  override readonly name = 'JourneyError';
}

/** @throws JourneyError with the text where the condition does not hold */
export function hold(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new JourneyError(otherwise);
}

/** What an earlier step has given. @throws JourneyError where it has not */
export function given<T>(value: T | undefined, name: string): T {
  if (value === undefined)
    throw new JourneyError(`There is no ${name}: an earlier step has failed`);
  return value;
}

/** Does all steps, also after a failure, since later ones may not need what failed. Gives the number that did not hold. */
export async function walk<State>(
  steps: readonly Step<State>[],
  state: State,
  write: (line: string) => void,
): Promise<number> {
  const width = Math.max(...steps.map(({ title }) => title.length));
  let failed = 0;
  for (const [index, { title, run }] of steps.entries()) {
    const start = performance.now();
    let mark = 'ok';
    let outcome: string;
    try {
      outcome = await run(state);
    } catch (error) {
      if (!isNativeError(error)) throw error;
      mark = 'FAILED';
      failed += 1;
      outcome = error.name === 'JourneyError' ? error.message : String(error.stack);
    }
    const took = `${(performance.now() - start).toFixed(0)} ms`;
    write(
      `${String(index + 1).padStart(2)}  ${title.padEnd(width)}  ${took.padStart(9)}  ${mark.padEnd(6)}  ${outcome}`,
    );
  }
  return failed;
}
