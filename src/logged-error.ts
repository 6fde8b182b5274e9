import { isFhirError } from './outcome/fhir-error.ts';
import { type ErrorSummary, summarizeError } from './plugin/error-summary.ts';

/** How an error stands in the log. */
export interface LoggedError extends ErrorSummary {
  readonly detail?: string;
  readonly table?: string;
  readonly constraint?: string;
  readonly cause?: LoggedError;
}

/** Causes that are followed. */
const DEPTH = 4;

/**
 * What the log tells of an error: kind, code, place, and where a database names them table and constraint. The texts of
 * foreign errors stay out, for they quote the data they are about.
 */
export function loggedError(error: unknown, depth = 0): LoggedError {
  const { table, constraint, cause } = (error ?? {}) as Readonly<Record<string, unknown>>;
  return {
    ...summarizeError(error),
    ...(isFhirError(error) && error.detail !== undefined ? { detail: error.detail } : {}),
    ...(typeof table === 'string' ? { table } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    ...(cause !== undefined && depth < DEPTH ? { cause: loggedError(cause, depth + 1) } : {}),
  };
}
