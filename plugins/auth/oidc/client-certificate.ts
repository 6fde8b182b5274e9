import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

/**
 * The certificate that a client has shown: of the connection, or what the operator's proxy hands on of it.
 * @param header name of that header in lower case; with it, the connection is that of the proxy and says nothing
 * @see https://www.rfc-editor.org/rfc/rfc9440
 */
export function clientCertificate(
  request: IncomingMessage,
  header: string | undefined,
): X509Certificate | undefined {
  if (header === undefined) {
    const { socket } = request;
    return socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  }
  return certificateOfHeader(request.headers[header]);
}

/** Reads a certificate from a header field: base64 of its DER form between colons. Undefined: it is none. */
export function certificateOfHeader(
  value: string | readonly string[] | undefined,
): X509Certificate | undefined {
  if (typeof value !== 'string' || value.length > MAX_HEADER) return undefined;
  const encoded = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return new X509Certificate(Buffer.from(encoded, 'base64'));
  } catch {
    return undefined;
  }
}

const MAX_HEADER = 16_384;
