import { isNativeError } from 'node:util/types';
import { errors as jose } from 'jose';
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import { AnswerTooLong } from './bounded-fetch.ts';

/** OAuth errors by which a provider says that it cannot do what it should. */
const OUTAGES = new Set(['server_error', 'temporarily_unavailable']);

/**
 * Tells an outage of a provider from an answer that does not count. The reason goes to the log as a code: texts of the
 * library may quote tokens.
 */
export function answerFault(id: string, error: unknown): Error {
  if (isFhirError(error)) return error;
  const detail = reasonOf(error);
  const code = isOutage(error) ? 'AUTH_IDP_UNAVAILABLE' : 'AUTH_IDP_REFUSED';
  return authError(code, { id }, { detail });
}

function isOutage(error: unknown): boolean {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError)
    return OUTAGES.has(error.error);
  return causes(error).some(
    (one) =>
      one instanceof AnswerTooLong ||
      one instanceof jose.JWKSTimeout ||
      TIMEOUTS.has(one.name) ||
      // What fetch fails with, before there is any answer.
      (one.name === 'TypeError' && one.message === 'fetch failed'),
  );
}

const TIMEOUTS = new Set(['TimeoutError', 'AbortError']);
const MAX_CAUSES = 5;

/** An error and what led to it. Errors of another realm are no instances of ours. */
function causes(error: unknown): readonly Error[] {
  const found: Error[] = [];
  let one = error;
  while (isNativeError(one) && found.length < MAX_CAUSES) {
    found.push(one);
    one = one.cause;
  }
  return found;
}

function reasonOf(error: unknown): string {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError)
    return error.error;
  const { code, name } = error as { code?: unknown; name?: unknown };
  const cause =
    error instanceof ClientError ? (error.cause as { code?: unknown } | undefined) : undefined;
  return String(cause?.code ?? code ?? name);
}
