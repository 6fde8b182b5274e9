export type { DigaParts } from './diga-parts.ts';
export { endpointUrl } from './endpoint-url.ts';
export type { ExchangeLimits, HttpAnswer, HttpExchange } from './http-exchange.ts';
export { readDigaMultipart } from './multipart-reader.ts';
export { type MultipartBody, writeDigaMultipart } from './multipart-writer.ts';
export { type PostDigaOptions, postDiga } from './post-diga.ts';
export { retryDelay } from './retry-schedule.ts';
export { type TlsOptions, tlsProfile } from './tls-profile.ts';
export {
  TransportError,
  type TransportErrorCode,
  type TransportErrorOptions,
} from './transport-error.ts';
