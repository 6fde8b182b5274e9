import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../access/principal.ts';
import { decodePath } from '../fhir/decode-path.ts';
import { handleFhir } from '../fhir/handle.ts';
import { errorResponse } from '../fhir/outcome/error-response.ts';
import type { FhirRequest, FhirResponse, FhirServices } from '../fhir/request.ts';
import { json } from '../fhir/respond.ts';
import { readBytes } from './read-bytes.ts';

/** What the endpoint needs beside the FHIR services. */
export interface FhirEndpointOptions {
  readonly services: FhirServices;
  /** Public origin, without a trailing slash. */
  readonly origin: string;
  readonly maxBodyBytes: number;
  /** @throws FhirError `AUTH_*` */
  readonly authenticate: (authorization: string | undefined) => Promise<Principal>;
  /** Errors that are the server's, with the id under which the caller was told. */
  readonly onError: (error: unknown, requestId: string) => void;
  /** Plugins' say after authentication; may veto. Absent where nobody listens. */
  readonly authenticated?: (principal: Principal, requestId: string) => Promise<void>;
  /** Plugins' look after the response. Absent where nobody listens. */
  readonly completed?: (principal: Principal, requestId: string, status: number) => void;
}

/** Answers one HTTP request to the FHIR API; `mount` is the base path it came in on. */
export type FhirEndpoint = (
  request: IncomingMessage,
  response: ServerResponse,
  mount: string,
  requestId: string,
) => Promise<void>;

/** The FHIR API over HTTP. */
export function createFhirEndpoint(options: FhirEndpointOptions): FhirEndpoint {
  const { services, origin } = options;
  return async (request, response, mount, requestId) => {
    const onError = (error: unknown): void => {
      options.onError(error, requestId);
    };
    const rest = (request.url ?? '').slice(mount.length);
    const mark = rest.indexOf('?');
    const path = (mark < 0 ? rest : rest.slice(0, mark)).replace(/^\//, '').replace(/\/$/, '');
    const query = mark < 0 ? '' : rest.slice(mark + 1);
    const method = request.method ?? 'GET';
    const base = origin + mount;

    let answer: FhirResponse;
    if (path === 'metadata' && (method === 'GET' || method === 'HEAD')) {
      // Public: clients ask before they have a token.
      answer = await services.capabilities(base).then(
        (body) => json(200, body, { 'Cache-Control': 'public, max-age=60' }),
        (error: unknown) => errorResponse(error, requestId, onError),
      );
    } else {
      try {
        const principal = await options.authenticate(request.headers.authorization);
        if (options.authenticated !== undefined) await options.authenticated(principal, requestId);
        const body =
          method === 'GET' || method === 'HEAD'
            ? undefined
            : await readBytes(request, options.maxBodyBytes);
        const abort = new AbortController();
        response.on('close', () => {
          if (!response.writableFinished) abort.abort();
        });
        const fhirRequest: FhirRequest = {
          method,
          path: decodePath(path),
          query,
          headers: request.headers as Record<string, string | undefined>,
          base,
          requestId,
          signal: abort.signal,
          ...(body === undefined ? {} : { body }),
          ...(request.socket.remoteAddress === undefined
            ? {}
            : { network: request.socket.remoteAddress }),
        };
        answer = await handleFhir(services, principal, fhirRequest, onError);
        options.completed?.(principal, requestId, answer.status);
      } catch (error) {
        answer = errorResponse(error, requestId, onError);
      }
    }
    send(response, answer, method === 'HEAD', requestId);
  };
}

function send(
  response: ServerResponse,
  { status, headers, body }: FhirResponse,
  head: boolean,
  requestId: string,
): void {
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  response.writeHead(status, {
    ...headers,
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    ...(status === 204 || status === 304 ? {} : { 'Content-Length': length }),
  });
  response.end(head || status === 204 || status === 304 ? undefined : body);
}
