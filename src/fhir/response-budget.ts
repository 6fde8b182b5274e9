import { fhirError } from '../outcome/codes.ts';
import type { FhirError } from '../outcome/fhir-error.ts';

/** Bytes of one answer at most: far from the longest string that the engine can hold, and from its memory. */
export const MAX_RESPONSE_BYTES = 64_000_000;

/** Bytes of a UTF-16 unit in UTF-8 at most. */
const BYTES_OF_UNIT = 3;

/** Counts what goes into one answer while it is being collected. */
export interface ResponseBudget {
  /** Takes the bytes of a text where they are left; takes nothing and is false where they are not. */
  take(text: string): boolean;
  /** True once something could not be taken. */
  readonly spent: boolean;
  /** `FHIR_RESPONSE_TOO_LARGE`, for who could not take. */
  error(): FhirError;
}

/**
 * A budget of one answer.
 * @param limit bytes in UTF-8
 */
export function createResponseBudget(limit: number = MAX_RESPONSE_BYTES): ResponseBudget {
  /** Texts that are not counted yet: as long as they fit however they are encoded, there is no need to. */
  let uncounted: string[] | undefined = [];
  let atMost = 0;
  let left = limit;
  let spent = false;
  return {
    take(text) {
      if (uncounted !== undefined) {
        atMost += text.length * BYTES_OF_UNIT;
        if (atMost <= limit) {
          uncounted.push(text);
          return true;
        }
        for (const counted of uncounted) left -= Buffer.byteLength(counted);
        uncounted = undefined;
      }
      // A character has at least one byte, so that the longest texts need not be counted.
      const bytes = text.length > left ? text.length : Buffer.byteLength(text);
      const fits = bytes <= left;
      if (fits) left -= bytes;
      else spent = true;
      return fits;
    },
    get spent() {
      return spent;
    },
    error: () => fhirError('FHIR_RESPONSE_TOO_LARGE', { limit }),
  };
}
