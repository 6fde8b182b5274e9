import { isGkvMessageError } from '../../../lib/gkv/index.ts';
import { TransportError } from '../../../lib/gkv-transport/index.ts';
import { SeconError, type SeconErrorCode } from '../../../lib/secon/index.ts';
import type { GkvErrorCode } from '../errors.ts';

/** Why an exchange led to no decision. */
export interface ExchangeFailure {
  /** What the person is told. */
  readonly error: GkvErrorCode;
  /** Code of the library; for protocol and operator. */
  readonly reason: string;
  /** Whether the same request may be sent again without a person. */
  readonly retryable: boolean;
}

const UNTRUSTED: ReadonlySet<SeconErrorCode> = new Set([
  'ALGORITHM_REFUSED',
  'KEY_TOO_SMALL',
  'UNSIGNED',
  'SIGNER_UNKNOWN',
  'SIGNATURE_INVALID',
  'DIGEST_MISMATCH',
  'SIGNER_EXPIRED',
  'SIGNER_NOT_YET_VALID',
  'CHAIN_UNTRUSTED',
  'IK_MISMATCH',
  'CERTIFICATE_INVALID',
]);

/**
 * What an error of the exchange means. A wrong answer is asked for again: whoever forged or broke it may be gone then,
 * and a repeated verification does no harm.
 * @returns undefined for an error that is no matter of the exchange
 */
export function exchangeFailure(error: unknown): ExchangeFailure | undefined {
  if (error instanceof TransportError) {
    return {
      error: transportCode(error),
      reason: error.code,
      retryable: error.retryable || error.code === 'ABORTED',
    };
  }
  if (error instanceof SeconError) {
    const code = UNTRUSTED.has(error.code) ? 'GKV_ANSWER_UNTRUSTED' : 'GKV_ANSWER_UNREADABLE';
    return { error: code, reason: error.code, retryable: true };
  }
  if (isGkvMessageError(error)) {
    const code = error.code.startsWith('PRUEFUNG_')
      ? 'GKV_ANSWER_CONTRADICTS'
      : 'GKV_ANSWER_UNREADABLE';
    return { error: code, reason: error.code, retryable: true };
  }
  return undefined;
}

function transportCode({ code, retryable }: TransportError): GkvErrorCode {
  switch (code) {
    case 'CONNECT_TIMEOUT':
    case 'TOTAL_TIMEOUT':
      return 'GKV_INSURER_TIMEOUT';
    case 'NOT_MULTIPART':
    case 'MISSING_PART':
    case 'RESPONSE_TOO_LARGE':
      return 'GKV_ANSWER_UNREADABLE';
    default:
      return retryable || code === 'ABORTED' ? 'GKV_INSURER_UNREACHABLE' : 'GKV_INSURER_REJECTS';
  }
}
