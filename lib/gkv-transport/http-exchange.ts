import { type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { networkFailure } from './network-failure.ts';
import { type TlsOptions, tlsProfile } from './tls-profile.ts';
import { TransportError } from './transport-error.ts';

/** Limits of one exchange. */
export interface ExchangeLimits {
  /** Until the connection, TLS included, stands; milliseconds. */
  readonly connectTimeout: number;
  /** Until the last byte of the answer; milliseconds. */
  readonly totalTimeout: number;
  /** Longest accepted body in bytes. */
  readonly maxResponseBytes: number;
}

/** One POST. */
export interface HttpExchange {
  readonly url: URL;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly limits: ExchangeLimits;
  readonly tls?: TlsOptions;
  readonly signal?: AbortSignal;
}

/** Answer with its whole body. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/**
 * Sends one POST over a connection of its own and reads the answer within the limits. Redirects are not followed.
 * @throws TransportError
 */
export function exchange(options: HttpExchange): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { url, limits } = options;
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(
      url,
      requestOptions(options),
    );
    const timers = [
      setTimeout(() => fail(timeout('TOTAL_TIMEOUT', limits.totalTimeout)), limits.totalTimeout),
    ];
    const settle = (): void => {
      for (const timer of timers) clearTimeout(timer);
    };
    const fail = (error: unknown): void => {
      settle();
      reject(error instanceof TransportError ? error : networkFailure(error));
      request.destroy();
    };
    request.on('socket', (socket: Socket) => {
      const timer = setTimeout(
        () => fail(timeout('CONNECT_TIMEOUT', limits.connectTimeout)),
        limits.connectTimeout,
      );
      timers.push(timer);
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () =>
        clearTimeout(timer),
      );
    });
    request.on('error', fail);
    request.on('response', (response) => {
      readBody(response, limits.maxResponseBytes).then((body) => {
        settle();
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'],
          body,
        });
      }, fail);
    });
    request.end(options.body);
  });
}

function requestOptions(options: HttpExchange): RequestOptions {
  return {
    method: 'POST',
    agent: false,
    headers: {
      'Content-Type': options.contentType,
      'Content-Length': options.body.byteLength,
      Accept: 'multipart/form-data',
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.url.protocol === 'https:' ? tlsProfile(options.tls) : {}),
  };
}

function timeout(code: 'CONNECT_TIMEOUT' | 'TOTAL_TIMEOUT', after: number): TransportError {
  return new TransportError(code, `The clearing point did not answer within ${after} ms`);
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > maxBytes) {
      throw new TransportError('RESPONSE_TOO_LARGE', `The answer is longer than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
