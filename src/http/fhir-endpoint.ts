import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { Principal } from '../access/principal.ts';
import { decodePath } from '../fhir/decode-path.ts';
import { handleFhir } from '../fhir/handle.ts';
import { checkFormat, negotiate } from '../fhir/format.ts';
import { errorResponse } from '../outcome/error-response.ts';
import { publicDocuments } from '../fhir/public-documents.ts';
import type { SmartConfiguration } from '../fhir/smart-configuration.ts';
import { createPrinter } from '../fhir/print.ts';
import type { FhirRequest, FhirResponse, FhirServices } from '../fhir/request.ts';
import { clientAddress } from './client-address.ts';
import { isUpload, uploadBody, uploadLimit } from './upload-body.ts';
import { readBytes } from './read-bytes.ts';
import type { SecurityHeaders } from './security-headers.ts';

/** What the endpoint needs beside the FHIR services. */
export interface FhirEndpointOptions {
  readonly services: FhirServices;
  /** Public origin, without a trailing slash. */
  readonly origin: string;
  /** Header fields of every answer. */
  readonly headers: SecurityHeaders;
  readonly maxBodyBytes: number;
  /** Largest body that is content and no FHIR. */
  readonly maxBinaryBytes: number;
  /** Largest body that is the input of an import. */
  readonly maxImportBytes: number;
  /** @throws FhirError `AUTH_*` */
  readonly authenticate: (
    request: IncomingMessage,
    network: string | undefined,
  ) => Promise<Principal>;
  /** Header in lower case in which the operator's proxy hands on the address of the client; absent: there is none. */
  readonly clientAddressHeader?: string;
  /**
   * Puts a request on record that was refused before it came to an interaction.
   * @returns the error to answer with: the ledger's own where the record could not be made
   */
  readonly refused: (attempt: RefusedAttempt, error: unknown) => Promise<unknown>;
  /** Errors that are the server's, with the id under which the caller was told. */
  readonly onError: (error: unknown, requestId: string) => void;
  /** What the authenticator supports of SMART App Launch; absent where there is nothing of it. */
  readonly smartConfiguration?: SmartConfiguration;
  /** Plugins' say after authentication; may veto. Absent where nobody listens. */
  readonly authenticated?: (principal: Principal, requestId: string) => Promise<void>;
  /** Plugins' look after the response. Absent where nobody listens. */
  readonly completed?: (principal: Principal, requestId: string, status: number) => void;
}

/** A request that was refused early. */
export interface RefusedAttempt {
  /** Absent where it is not known who asks. */
  readonly principal?: Principal;
  readonly network?: string;
  readonly requestId: string;
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
  const print = createPrinter(services.definitions);
  const publicAnswer = publicDocuments(services, options.smartConfiguration);
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
    let form: string | undefined;
    const document =
      method === 'GET' || method === 'HEAD'
        ? publicAnswer(path, base, request.headers['if-none-match'])
        : undefined;
    if (document !== undefined) {
      try {
        answer = await document;
        if (path === 'metadata') {
          const { accept } = request.headers;
          checkFormat({ query, headers: { accept } }, { kind: 'capabilities' });
        }
      } catch (error) {
        answer = errorResponse(error, requestId, onError);
      }
    } else {
      let principal: Principal | undefined;
      const network = clientAddress(request, options.clientAddressHeader);
      try {
        principal = await options.authenticate(request, network);
        if (options.authenticated !== undefined) await options.authenticated(principal, requestId);
        const uploads = isUpload(method, path, request.headers['content-type']);
        const body =
          method === 'GET' || method === 'HEAD' || uploads
            ? undefined
            : await readBytes(request, options.maxBodyBytes);
        form = formOf(request, body);
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
          streams: true,
          ...(body === undefined ? {} : { body }),
          ...(uploads ? { upload: uploadBody(request, uploadLimit(path, options)) } : {}),
          ...(network === undefined ? {} : { network }),
        };
        answer = await handleFhir(services, principal, fhirRequest, onError);
        options.completed?.(principal, requestId, answer.status);
      } catch (error) {
        const attempt = {
          requestId,
          ...(principal === undefined ? {} : { principal }),
          ...(network === undefined ? {} : { network }),
        };
        answer = errorResponse(await options.refused(attempt, error), requestId, onError);
      }
    }
    try {
      answer = print(answer, negotiate(form ?? query, request.headers.accept));
    } catch (error) {
      answer = errorResponse(error, requestId, onError);
    }
    send(response, answer, options.headers, method === 'HEAD', requestId);
    // What was not read of a refused upload is let go, so that the client gets to see the answer.
    if (!request.complete) request.resume();
  };
}

/** The form of a search by POST together with the query: either may say in which format the answer is wanted. */
function formOf(
  { url = '', headers }: IncomingMessage,
  body: Buffer | undefined,
): string | undefined {
  if (body === undefined || headers['content-type']?.includes('x-www-form-urlencoded') !== true)
    return undefined;
  return `${url.slice(url.indexOf('?') + 1)}&${body.toString('latin1')}`;
}

function send(
  response: ServerResponse,
  { status, headers, body, stream }: FhirResponse,
  always: SecurityHeaders,
  head: boolean,
  requestId: string,
): void {
  if (stream !== undefined) {
    response.writeHead(status, { ...always, ...headers, 'X-Request-Id': requestId });
    if (head) {
      stream.destroy();
      response.end();
    } else {
      // A stream that breaks off ends the connection: a client must not take a part for the whole.
      pipeline(stream, response, () => undefined);
    }
    return;
  }
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  response.writeHead(status, {
    ...always,
    ...headers,
    'X-Request-Id': requestId,
    // Scripts with credentials are answered by name; the star of public documents would not do for them.
    ...(response.hasHeader('Access-Control-Allow-Origin') && {
      'Access-Control-Allow-Origin': response.getHeader('Access-Control-Allow-Origin'),
    }),
    ...(status === 204 || status === 304 ? {} : { 'Content-Length': length }),
  });
  response.end(head || status === 204 || status === 304 ? undefined : body);
}
