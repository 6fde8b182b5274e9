import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { type HandshakeFailure, handshakeFailure } from './tls/handshake-failure.ts';
import type { ListenerTls } from './tls/listener-tls.ts';

/** Bytes of a request line and its header fields: room for the longest query that Medplum's client sends by GET. */
const MAX_HEAD = 81_920;

/** Milliseconds until a handshake, the head, and the whole of a request must have come. */
const HANDSHAKE_TIMEOUT = 10_000;
const HEAD_TIMEOUT = 20_000;
const REQUEST_TIMEOUT = 300_000;

/** Milliseconds between two looks for connections that have run out of time. */
const CHECK_INTERVAL = 5_000;

/** What a listener is opened with. */
export interface ServerBounds {
  readonly maxConnections: number;
  /** Absent: it speaks plain HTTP. */
  readonly tls?: ListenerTls;
  /** A connection that did not come about. */
  readonly handshakeFailed?: (failure: HandshakeFailure) => void;
  /** A connection was closed because there are too many. */
  readonly dropped?: () => void;
}

/** A server that does not listen yet. */
export interface OpenServer {
  readonly server: Server;
  /** Uses other certificates from the next connection on; does nothing where there is no TLS. */
  readonly renew: (tls: ListenerTls) => void;
}

/**
 * Makes the server with the bounds that keep slow and silent peers from holding it up: time for the handshake, for the
 * head and for the whole of a request, and a number of connections.
 */
export function openServer(bounds: ServerBounds, listener: RequestListener): OpenServer {
  const options: ServerOptions = {
    maxHeaderSize: MAX_HEAD,
    headersTimeout: HEAD_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: CHECK_INTERVAL,
  };
  const secure =
    bounds.tls === undefined
      ? undefined
      : createSecureServer(
          { ...options, ...bounds.tls, handshakeTimeout: HANDSHAKE_TIMEOUT },
          listener,
        );
  if (secure !== undefined) watchHandshakes(secure, bounds.handshakeFailed);
  const server: Server = secure ?? createServer(options, listener);
  server.maxConnections = bounds.maxConnections;
  server.keepAliveTimeout = 65_000;
  server.on('drop', () => bounds.dropped?.());
  return {
    server,
    renew: (tls) => secure?.setSecureContext(tls),
  };
}

function watchHandshakes(server: SecureServer, failed: ServerBounds['handshakeFailed']): void {
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    failed?.(handshakeFailure(error, socket));
    // Not every failure ends the connection by itself: a peer that speaks no TLS would keep it.
    socket.destroy();
  });
}
