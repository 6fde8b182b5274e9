/** Why an exchange with a clearing point did not come about. The codes are stable. */
export type TransportErrorCode =
  /** The endpoint of the directory is no host with an optional port and path. */
  | 'ENDPOINT_INVALID'
  /** Plain http was needed but is allowed only on loopback, and only when asked for. */
  | 'PLAIN_HTTP_REFUSED'
  /** A part of the request is not as the interface demands. */
  | 'REQUEST_INVALID'
  | 'NAME_NOT_RESOLVED'
  | 'CONNECTION_REFUSED'
  | 'CONNECTION_LOST'
  | 'CONNECT_TIMEOUT'
  | 'TOTAL_TIMEOUT'
  /** Handshake or certificate failed. */
  | 'TLS'
  /** The caller gave up. */
  | 'ABORTED'
  /** Another HTTP status than 200; see `status`. */
  | 'STATUS'
  | 'NO_BODY'
  | 'NOT_MULTIPART'
  | 'MISSING_PART'
  | 'RESPONSE_TOO_LARGE';

/** Facts about a transport failure beside its code. */
export interface TransportErrorOptions {
  readonly status?: number;
  readonly cause?: unknown;
}

const PERMANENT: ReadonlySet<TransportErrorCode> = new Set([
  'ENDPOINT_INVALID',
  'PLAIN_HTTP_REFUSED',
  'REQUEST_INVALID',
  'ABORTED',
  'RESPONSE_TOO_LARGE',
]);
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 425, 429]);

/** A failure below the content of the message; `retryable` says whether sending the same again may help. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;
  readonly retryable: boolean;
  /** HTTP status, with code `STATUS`. */
  readonly status: number | undefined;

  constructor(code: TransportErrorCode, message: string, options: TransportErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.retryable =
      code === 'STATUS' ? isRetryableStatus(options.status ?? 0) : !PERMANENT.has(code);
  }
}

/** 5xx and the three statuses that mean "later" are worth another try; everything else needs a person. */
function isRetryableStatus(status: number): boolean {
  return status >= 500 || RETRYABLE_STATUS.has(status);
}
