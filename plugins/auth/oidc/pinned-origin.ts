import type { IncomingMessage } from 'node:http';

/**
 * Makes the provider see the configured origin whatever the Host header says: the accepted audiences of client
 * assertions and the links of pages depend on it. Works the same behind a proxy that ends TLS.
 */
export function pinOrigin(request: IncomingMessage, origin: URL): void {
  request.headers.host = origin.host;
  request.headers['x-forwarded-host'] = origin.host;
  request.headers['x-forwarded-proto'] = origin.protocol.slice(0, -1);
}
