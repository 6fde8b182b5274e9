import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call that a receiver got. */
export interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A real HTTP server that takes rest-hooks and answers as it is told. */
export interface Receiver {
  /** `host:port` */
  readonly host: string;
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  /** How the next calls are answered; 200 unless told. */
  answer: (call: ReceivedCall, response: ServerResponse) => void;
  /** Waits until there are so many calls. @throws Error after `limit` milliseconds */
  until(count: number, limit?: number): Promise<readonly ReceivedCall[]>;
  close(): Promise<void>;
}

/** Starts a receiver on a free port. */
export async function startReceiver(): Promise<Receiver> {
  const calls: ReceivedCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      calls.push(call);
      receiver.answer(call, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${String(port)}`;
  const receiver: Receiver = {
    host,
    url: `http://${host}`,
    calls,
    answer: (_call, response) => response.writeHead(200).end(),
    async until(count, limit = 15_000) {
      const end = Date.now() + limit;
      while (calls.length < count) {
        if (Date.now() > end)
          throw new Error(`${String(calls.length)} calls instead of ${String(count)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return calls;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}
