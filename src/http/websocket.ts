import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** What a server of WebSockets needs. */
export interface WebSocketOptions {
  /** Connections at the same time; the next is refused with 503. */
  readonly maxSockets: number;
  /** A new connection. */
  readonly connected: (socket: WebSocket) => SocketHandler;
}

/** What listens to one connection. */
export interface SocketHandler {
  readonly message: (text: string) => void;
  readonly closed: () => void;
  /** Called at every beat. @returns false to end the connection */
  readonly beat: () => boolean;
}

/** The WebSockets of this node. */
export interface WebSocketHost {
  /** Takes over an HTTP connection. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** Largest message of a client, in bytes: it only ever sends tokens. */
const MAX_MESSAGE = 16_384;

/** Milliseconds between two beats; who has not answered one by the next is gone. */
const BEAT = 30_000;

/** Opens a host of WebSockets without a port of its own: the HTTP server hands connections over. */
export function createWebSocketHost({ maxSockets, connected }: WebSocketOptions): WebSocketHost {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    // Compression would take memory per connection and tell lengths of secrets beside chosen text.
    perMessageDeflate: false,
    clientTracking: false,
  });
  const open = new Map<WebSocket, { readonly handler: SocketHandler; alive: boolean }>();

  const accept = (socket: WebSocket): void => {
    const handler = connected(socket);
    const entry = { handler, alive: true };
    open.set(socket, entry);
    socket.on('pong', () => {
      entry.alive = true;
    });
    socket.on('message', (data: Buffer, binary) => {
      if (binary) socket.close(1003, 'text only');
      else handler.message(data.toString('utf8'));
    });
    // An error is followed by the end of the connection, which is all that matters.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (open.delete(socket)) handler.closed();
    });
  };
  const timer = setInterval(() => {
    for (const [socket, entry] of open) {
      if (!entry.alive || !entry.handler.beat()) {
        socket.terminate();
        continue;
      }
      entry.alive = false;
      socket.ping();
    }
  }, BEAT);
  timer.unref();

  return {
    upgrade(request, socket, head) {
      if (open.size >= maxSockets) {
        refuseUpgrade(socket, '503 Service Unavailable');
        return;
      }
      server.handleUpgrade(request, socket, head, accept);
    },
    close() {
      clearInterval(timer);
      for (const socket of open.keys()) {
        socket.close(1001, 'the server stops');
        socket.terminate();
      }
      open.clear();
      server.close();
    },
  };
}

/** Answers an upgrade that is not taken. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
