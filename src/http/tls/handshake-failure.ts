import type { TLSSocket } from 'node:tls';

/** A connection that did not come about. */
export interface HandshakeFailure {
  readonly reason: HandshakeReason;
  /** Address of the peer, where the system still knew it. */
  readonly network?: string;
}

/** Why: few words, so that a counter can be kept for each. */
export type HandshakeReason =
  | 'protocol'
  | 'cipher'
  | 'group'
  | 'signature'
  | 'client-certificate'
  | 'renegotiation'
  | 'timeout'
  | 'aborted'
  | 'refused-by-peer'
  | 'no-tls'
  | 'other';

const REASONS: readonly (readonly [RegExp, HandshakeReason])[] = [
  [/UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|INAPPROPRIATE_FALLBACK/, 'protocol'],
  [/NO_SHARED_CIPHER|NO_CIPHERS/, 'cipher'],
  [/KEY_SHARE|SHARED_GROUP|WRONG_CURVE|UNEXPECTED_MESSAGE/, 'group'],
  [/SIGNATURE_ALGORITHM|SIGALG/, 'signature'],
  [
    /PEER_DID_NOT_RETURN|CERTIFICATE_VERIFY_FAILED|CERT_|UNABLE_TO_|SELF_SIGNED|EE_KEY|CA_MD/,
    'client-certificate',
  ],
  [/RENEGOTIATION/, 'renegotiation'],
  [/HANDSHAKE_TIMEOUT/, 'timeout'],
  [/ECONNRESET|EPIPE|ETIMEDOUT|UNEXPECTED_EOF/, 'aborted'],
  [/ALERT/, 'refused-by-peer'],
  [/HTTP_REQUEST|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LENGTH/, 'no-tls'],
];

/** Reads an event `tlsClientError`. @see https://nodejs.org/api/tls.html#event-tlsclienterror */
export function handshakeFailure(
  error: NodeJS.ErrnoException,
  socket: TLSSocket,
): HandshakeFailure {
  // Where no authority vouches for a client, Node hangs up and reports that as if the client had; why stands beside it.
  const unknown = (socket.authorizationError as unknown) ?? undefined;
  const code = unknown === undefined ? (error.code ?? '') : 'CERT_';
  const reason = REASONS.find(([pattern]) => pattern.test(code))?.[1] ?? 'other';
  // A connection that was reset has lost its address; the one below it, which Node types nowhere, still has it.
  const { _parent: below } = socket as { _parent?: { remoteAddress?: string } };
  const network = socket.remoteAddress ?? below?.remoteAddress;
  return { reason, ...(network === undefined ? {} : { network }) };
}
