import type { IncomingMessage, ServerResponse } from 'node:http';

/** Header fields of requests that scripts may send: those of MedplumClient, of FHIR and of OAuth. */
const REQUEST_HEADERS = [
  'Accept',
  'Accept-Language',
  'Authorization',
  'Cache-Control',
  'Content-Type',
  'DPoP',
  'If-Match',
  'If-Modified-Since',
  'If-None-Exist',
  'If-None-Match',
  'Prefer',
  'Range',
  'X-Medplum',
  'X-Medplum-On-Behalf-Of',
  'X-Request-Id',
  'X-Requested-With',
  'X-Security-Context',
  'traceparent',
].join(', ');

/** Header fields of answers that scripts may read. */
const RESPONSE_HEADERS = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Location',
  'Content-Range',
  'DPoP-Nonce',
  'ETag',
  'Last-Modified',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'WWW-Authenticate',
  'X-Progress',
  'X-Request-Id',
].join(', ');

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

/** Seconds for which a browser keeps the answer to a preflight. */
const MAX_AGE = '600';

/** Lets scripts of other origins in. */
export interface Cors {
  /** True if scripts of an origin may call with credentials. */
  allows(origin: string): boolean;
  /**
   * Puts the header fields for the origin of a request on its answer.
   * @returns true if the request was a preflight, which is answered with that
   */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
}

/**
 * Scripts of the configured origins may call every path with credentials, which is what MedplumClient does
 * (`credentials: 'include'`). Others get no header field of it from here, so that browsers keep answers from them.
 * @param origins `http://localhost:*` stands for every port
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function cors(origins: readonly string[]): Cors {
  const exact = new Set(origins.filter((origin) => !origin.endsWith(':*')));
  const hosts = origins.filter((origin) => origin.endsWith(':*')).map((text) => text.slice(0, -2));
  const allows = (origin: string): boolean =>
    exact.has(origin) ||
    hosts.some(
      (host) =>
        origin === host ||
        (origin.startsWith(host) && /^:\d{1,5}$/.test(origin.slice(host.length))),
    );
  return {
    allows,
    answer(request, response) {
      const { origin } = request.headers;
      if (origin === undefined || !allows(origin)) return false;
      response.setHeader('Access-Control-Allow-Origin', origin);
      response.setHeader('Access-Control-Allow-Credentials', 'true');
      response.setHeader('Access-Control-Expose-Headers', RESPONSE_HEADERS);
      response.setHeader('Vary', 'Origin');
      const asked = request.headers['access-control-request-method'];
      if (request.method !== 'OPTIONS' || asked === undefined) return false;
      response.writeHead(204, {
        'Access-Control-Allow-Methods': METHODS,
        'Access-Control-Allow-Headers': REQUEST_HEADERS,
        'Access-Control-Max-Age': MAX_AGE,
      });
      response.end();
      return true;
    },
  };
}
