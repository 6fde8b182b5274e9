import { assertDigaParts, type DigaParts } from './diga-parts.ts';
import { endpointUrl } from './endpoint-url.ts';
import {
  type ExchangeLimits,
  exchange,
  type HttpAnswer,
  type HttpExchange,
} from './http-exchange.ts';
import { readDigaMultipart } from './multipart-reader.ts';
import { writeDigaMultipart } from './multipart-writer.ts';
import type { TlsOptions } from './tls-profile.ts';
import { TransportError } from './transport-error.ts';

/** One message to a clearing point. */
export interface PostDigaOptions extends DigaParts {
  /** `Endpunkt_Kommunikationsstelle` of the directory. */
  readonly endpoint: string;
  /** Plain http for endpoints on this machine. */
  readonly allowLoopbackHttp?: boolean;
  readonly tls?: TlsOptions;
  /** Defaults: 10 s to connect, 30 s in all, 8 MiB. */
  readonly limits?: Partial<ExchangeLimits>;
  readonly signal?: AbortSignal;
  /** Sends the request; for another HTTP client. */
  readonly send?: (exchange: HttpExchange) => Promise<HttpAnswer>;
}

const DEFAULT_LIMITS: ExchangeLimits = {
  connectTimeout: 10_000,
  totalTimeout: 30_000,
  maxResponseBytes: 8 * 1024 * 1024,
};

/**
 * Sends a message to an insurer's clearing point and returns the parts of the answer, unopened.
 * @throws TransportError whose `retryable` says whether the same message may be sent again
 * @see Richtlinie nach § 302 Abs. 2 SGB V DiGA, Technische Anlage 1
 */
export async function postDiga(options: PostDigaOptions): Promise<DigaParts> {
  assertDigaParts(options);
  const url = endpointUrl(options.endpoint, {
    allowLoopbackHttp: options.allowLoopbackHttp === true,
  });
  const send = options.send ?? exchange;
  const answer = await send({
    url,
    ...writeDigaMultipart(options),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (answer.status !== 200) {
    throw new TransportError('STATUS', `The clearing point answered ${answer.status}`, {
      status: answer.status,
    });
  }
  if (answer.body.byteLength === 0) {
    throw new TransportError('NO_BODY', 'The clearing point answered without a body');
  }
  return readDigaMultipart(answer.contentType, answer.body);
}
