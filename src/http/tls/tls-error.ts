/** What can be wrong with the TLS of the listener. */
export type TlsErrorCode =
  | 'TLS_FILE_UNREADABLE'
  | 'TLS_CERTIFICATE_INVALID'
  | 'TLS_CERTIFICATE_EXPIRED'
  | 'TLS_CERTIFICATE_HOST'
  | 'TLS_CERTIFICATE_SELF_SIGNED'
  | 'TLS_KEY_INVALID'
  | 'TLS_KEY_MISMATCH'
  | 'TLS_KEY_WEAK'
  | 'TLS_KEY_TWICE'
  | 'TLS_CHAIN_WEAK'
  | 'TLS_PIN_MISSING'
  | 'TLS_PINS_INVALID';

/** Certificates, keys or pins that the listener does not work with. The text never holds a part of a key. */
export class TlsError extends Error {
  readonly code: TlsErrorCode;

  constructor(code: TlsErrorCode, text: string, options?: ErrorOptions) {
    super(`${code}: ${text}`, options);
    this.name = 'TlsError';
    this.code = code;
  }
}
