import { createServer } from 'node:http';
import type { Metrics } from './metrics.ts';

/** A listener for Prometheus. */
export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Milliseconds that a request may take; whoever asks is a machine nearby. */
const TIMEOUT = 5_000;

/**
 * Serves `/metrics` on a port of its own, so that nothing of it is reachable where patients are.
 * @param port 0 takes a free one
 */
export async function serveMetrics(
  metrics: Metrics,
  { port, host }: { readonly port: number; readonly host: string },
  onError: (error: unknown) => void,
): Promise<MetricsServer> {
  const server = createServer(
    { requestTimeout: TIMEOUT, headersTimeout: TIMEOUT, connectionsCheckingInterval: 1_000 },
    (request, response) => {
      request.resume();
      if (request.method !== 'GET' || request.url !== '/metrics') {
        response.writeHead(404, { 'Content-Length': 0 }).end();
        return;
      }
      metrics.text().then(
        ({ type, body }) => {
          response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
        },
        (error: unknown) => {
          onError(error);
          response.writeHead(500, { 'Content-Length': 0 }).end();
        },
      );
    },
  );
  server.maxConnections = 16;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
