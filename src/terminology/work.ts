import { fhirError } from '../outcome/codes.ts';
import { MAX_WORK } from './limits.ts';

/** What one question about a value set has cost so far. */
export interface Work {
  /**
   * Counts some more steps.
   * @throws FhirError `TERMINOLOGY_TOO_COSTLY` once the question has cost too much
   */
  spend(steps: number): void;
}

/**
 * Begins to count. Value sets come from callers: a few filters over a large code system, or one expression over long texts,
 * would keep everybody else waiting.
 */
export function beginWork(): Work {
  let spent = 0;
  return {
    spend(steps) {
      spent += steps;
      if (spent > MAX_WORK) throw fhirError('TERMINOLOGY_TOO_COSTLY', { limit: MAX_WORK });
    },
  };
}
