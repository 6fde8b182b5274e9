import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FhirError } from '../outcome/fhir-error.ts';
import type { RouteHandler } from '../plugin/sdk.ts';
import type { Cors } from './cors.ts';
import type { FhirEndpoint } from './fhir-endpoint.ts';
import { openServer, type ServerBounds } from './open-server.ts';
import { refuseMalformed } from './refuse-malformed.ts';
import { requestId } from './request-id.ts';
import type { SecurityHeaders } from './security-headers.ts';
import type { ListenerTls } from './tls/listener-tls.ts';
import type { HopCheck } from './trusted-hop.ts';
import { refuseUpgrade } from './websocket.ts';

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
  readonly bounds: ServerBounds;
  /** Judges the hop that a request came over. */
  readonly hop: HopCheck;
  /** Puts a request on record that its hop ruled out. */
  readonly hopRefused: (error: FhirError, request: IncomingMessage, requestId: string) => void;
  readonly cors: Cors;
  readonly headers: SecurityHeaders;
  /** Text that is published at a path as it is, if there is one. */
  readonly document: (path: string) => PublishedText | undefined;
  /** Called at the end of each answer; absent: nobody counts. `seconds` from the head of the request on. */
  readonly answered?: (route: string, method: string, status: number, seconds: number) => void;
}

/** A document that everybody may read. */
export interface PublishedText {
  readonly type: string;
  readonly body: string;
  /** Seconds for which it may be kept. */
  readonly maxAge: number;
}

/** A check that takes longer has failed, in milliseconds: a database may hold a connection open and say nothing. */
const HEALTH_TIMEOUT = 5_000;

/** A listening server. */
export interface HttpServer {
  readonly port: number;
  /** Uses other certificates from the next connection on. */
  renew(tls: ListenerTls): void;
  /** Stops listening, lets running requests end, and closes idle connections; after `graceMs` it closes the rest. */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens. FHIR requests go straight to their endpoint: nothing of a web framework lies on the path that counts
 * (docs/adr/2611-http.md). Everything else belongs to the plugins, which may bring the framework they like.
 */
export async function listen(options: HttpOptions): Promise<HttpServer> {
  const { server, renew } = openServer(options.bounds, (request, response) => {
    const id = requestId(request.headers['x-request-id']);
    if (options.answered !== undefined) count(options, options.answered, request, response);
    dispatch(options, request, response, id).catch((error: unknown) => {
      // Who hangs up in the middle of a request has failed, not the server: strangers fill no log with that.
      if (error !== request.errored) options.onError(error, id);
      fail(response, 500, id);
    });
  });
  refuseMalformed(server);
  const { upgrade } = options;
  if (upgrade !== undefined) {
    server.on('upgrade', (request, socket, head) => {
      const refusal = options.hop(request);
      if (refusal === undefined) upgrade(request, socket, head);
      else {
        options.hopRefused(refusal, request, requestId(request.headers['x-request-id']));
        refuseUpgrade(socket, `${String(refusal.status)} Refused`);
      }
    });
  }
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
    renew,
    close: (graceMs) => close(server, graceMs),
  };
}

/** Counts by the first segment of the path, and only where something answers there: strangers make up no labels. */
function count(
  { route }: HttpOptions,
  answered: NonNullable<HttpOptions['answered']>,
  { url = '/', method = '' }: IncomingMessage,
  response: ServerResponse,
): void {
  const begun = performance.now();
  response.once('close', () => {
    const [path = '/'] = url.split('?', 1);
    const segment = `/${path.split('/', 2)[1] ?? ''}`;
    const known = segment === '/fhir' || segment === '/health' || route(path) !== undefined;
    const status = response.headersSent ? response.statusCode : 499;
    answered(known ? segment : 'unknown', method, status, (performance.now() - begun) / 1000);
  });
}

async function dispatch(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
): Promise<void> {
  const url = request.url ?? '/';
  const refusal = options.hop(request);
  // A check of health holds nothing worth hiding, and who asks for it comes by no proxy.
  if (refusal !== undefined && !(url === '/health' && refusal.code === 'HTTP_NOT_ENCRYPTED')) {
    options.hopRefused(refusal, request, id);
    refuse(options, response, refusal, id);
    return;
  }
  if (request.headers.origin !== undefined && options.cors.answer(request, response)) return;
  for (const mount of FHIR_MOUNTS) {
    const next = url.charAt(mount.length);
    if (url.startsWith(mount) && (next === '' || next === '/' || next === '?')) {
      return options.fhir(request, response, mount, id);
    }
  }
  const path = url.split('?', 1)[0] ?? '/';
  if (path === '/health') return health(options, response, id);
  for (const name in options.headers) response.setHeader(name, options.headers[name] ?? '');
  const text = options.document(path);
  if (text !== undefined) {
    publish(text, request, response, id);
    return;
  }
  const handler = options.route(path);
  if (handler !== undefined) {
    response.setHeader('X-Request-Id', id);
    // The same id for whoever asks on behalf of the request.
    request.headers['x-request-id'] = id;
    await handler(request, response);
    return;
  }
  fail(response, 404, id);
}

/** A load balancer takes the node out while this is no 200, so a check that cannot be made counts as failed. */
async function health(
  { healthy, complete, onError, headers }: HttpOptions,
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
    ...headers,
    'Content-Type': 'application/health+json',
    'Cache-Control': 'no-store',
    'X-Request-Id': id,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

function publish(
  { type, body, maxAge }: PublishedText,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
): void {
  const reads = request.method === 'GET' || request.method === 'HEAD';
  response.writeHead(reads ? 200 : 405, {
    'X-Request-Id': id,
    ...(reads
      ? {
          'Content-Type': type,
          'Cache-Control': `public, max-age=${String(maxAge)}`,
          Vary: 'Origin',
          ...(response.hasHeader('Access-Control-Allow-Origin')
            ? {}
            : { 'Access-Control-Allow-Origin': '*' }),
          'Content-Length': Buffer.byteLength(body),
        }
      : { Allow: 'GET, HEAD', 'Content-Length': 0 }),
  });
  response.end(request.method === 'GET' ? body : undefined);
}

function refuse(
  { headers }: HttpOptions,
  response: ServerResponse,
  { status, outcome }: FhirError,
  id: string,
): void {
  const body = JSON.stringify(outcome);
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'application/fhir+json; charset=UTF-8',
    'X-Request-Id': id,
    // What it still sends is not read.
    Connection: 'close',
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
