import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RouteHandler } from '../plugin/sdk.ts';
import type { FhirEndpoint } from './fhir-endpoint.ts';
import { refuseMalformed } from './refuse-malformed.ts';
import { requestId } from './request-id.ts';

/** Where FHIR is mounted: HAPI's base and Medplum's, the longer one first. */
export const FHIR_MOUNTS = ['/fhir/R4', '/fhir'] as const;

/** Parts of the server that answer requests. */
export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly fhir: FhirEndpoint;
  /** Handler of a plugin for a path, if there is one. */
  readonly route: (path: string) => RouteHandler | undefined;
  /** Takes over connections that ask for another protocol. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** True while the server can do its work. */
  readonly healthy: () => Promise<boolean>;
  /** False while something is away that most requests can do without; absent: there is nothing of that kind. */
  readonly complete?: () => Promise<boolean>;
  readonly onError: (error: unknown, requestId: string) => void;
}

/** A check that takes longer has failed, in milliseconds: a database may hold a connection open and say nothing. */
const HEALTH_TIMEOUT = 5_000;

/** Bytes of a request line and its header fields: room for the longest query that Medplum's client sends by GET. */
const MAX_HEAD = 81_920;

/** A listening server. */
export interface HttpServer {
  readonly port: number;
  /** Stops listening, lets running requests end, and closes idle connections; after `graceMs` it closes the rest. */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens. FHIR requests go straight to their endpoint: nothing of a web framework lies on the path that counts
 * (docs/adr/2611-http.md). Everything else belongs to the plugins, which may bring the framework they like.
 */
export async function listen(options: HttpOptions): Promise<HttpServer> {
  const server = createServer(
    { maxHeaderSize: MAX_HEAD, requestTimeout: 300_000 },
    (request, response) => {
      const id = requestId(request.headers['x-request-id']);
      dispatch(options, request, response, id).catch((error: unknown) => {
        options.onError(error, id);
        fail(response, 500, id);
      });
    },
  );
  refuseMalformed(server);
  if (options.upgrade !== undefined) server.on('upgrade', options.upgrade);
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: (graceMs) => close(server, graceMs),
  };
}

async function dispatch(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
): Promise<void> {
  const url = request.url ?? '/';
  for (const mount of FHIR_MOUNTS) {
    const next = url.charAt(mount.length);
    if (url.startsWith(mount) && (next === '' || next === '/' || next === '?')) {
      return options.fhir(request, response, mount, id);
    }
  }
  const path = url.split('?', 1)[0] ?? '/';
  if (path === '/health') return health(options, response, id);
  const handler = options.route(path);
  if (handler !== undefined) {
    response.setHeader('X-Request-Id', id);
    await handler(request, response);
    return;
  }
  fail(response, 404, id);
}

/** A load balancer takes the node out while this is no 200, so a check that cannot be made counts as failed. */
async function health(
  { healthy, complete, onError }: HttpOptions,
  response: ServerResponse,
  id: string,
): Promise<void> {
  const limit = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => {
    limit.resolve(false);
  }, HEALTH_TIMEOUT);
  const checked = healthy().catch((error: unknown) => {
    onError(error, id);
    return false;
  });
  // What is missing for some requests is told and no reason to take the node away from all others.
  const whole = complete?.().catch(() => false) ?? Promise.resolve(true);
  const up = await Promise.race([checked, limit.promise]);
  const warned = up && !(await Promise.race([whole, limit.promise]));
  clearTimeout(timer);
  const body = JSON.stringify({ status: up ? (warned ? 'warn' : 'pass') : 'fail' });
  response.writeHead(up ? 200 : 503, {
    'Content-Type': 'application/health+json',
    'Cache-Control': 'no-store',
    'X-Request-Id': id,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

function fail(response: ServerResponse, status: number, id: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    'X-Request-Id': id,
    'Cache-Control': 'no-store',
    'Content-Length': 0,
  });
  response.end();
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
    }, graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
