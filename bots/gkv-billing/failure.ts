import { isGkvMessageError } from '../../lib/gkv/index.ts';
import { TransportError } from '../../lib/gkv-transport/index.ts';
import { SeconError } from '../../lib/secon/index.ts';

/** Why a step made nothing. */
export interface StepFailure {
  /** Code of the library that refused. */
  readonly failed: string;
  /** Whether the same step may succeed later without a person. */
  readonly retryable: boolean;
}

/**
 * The failure that an error of a library means. A wrong answer may be repeated: the same invoice under the same number is
 * answered again. An invoice that breaks a rule is not.
 * @throws what is no error of these libraries
 */
export function failureOf(error: unknown): StepFailure {
  if (error instanceof TransportError) return { failed: error.code, retryable: error.retryable };
  if (error instanceof SeconError) return { failed: error.code, retryable: true };
  if (isGkvMessageError(error)) {
    return { failed: error.code, retryable: !error.code.startsWith('RECHNUNG_') };
  }
  throw error;
}
