import { TransportError, type TransportErrorCode } from './transport-error.ts';

const CODES: Readonly<Record<string, TransportErrorCode>> = {
  ENOTFOUND: 'NAME_NOT_RESOLVED',
  EAI_AGAIN: 'NAME_NOT_RESOLVED',
  ECONNREFUSED: 'CONNECTION_REFUSED',
  ABORT_ERR: 'ABORTED',
};
// Beside OpenSSL's own ERR_SSL_*, Node reports certificate errors under the names of X509_verify_cert_error.
const TLS_CODE = /^(?:ERR_(?:SSL|TLS|OSSL)_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_OSSL)/;
const TLS_NAMES: ReadonlySet<string> = new Set(['EPROTO', 'HOSTNAME_MISMATCH', 'INVALID_CA']);

/** Translates an error of the socket, of TLS or of name resolution. */
export function networkFailure(error: unknown): TransportError {
  const code = codeOf(error);
  const mapped =
    CODES[code] ?? (TLS_CODE.test(code) || TLS_NAMES.has(code) ? 'TLS' : 'CONNECTION_LOST');
  return new TransportError(mapped, `The exchange failed (${code || 'no code'})`, { cause: error });
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
