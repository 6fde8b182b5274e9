import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { cors } from '../http/cors.ts';
import { type HttpOptions, type HttpServer, listen } from '../http/listen.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { trustedHop } from '../http/trusted-hop.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { EarlyRefusals } from './early-refusals.ts';
import type { ListenerSecrets } from './listener-secrets.ts';

/** What the listener is made of. */
export interface ListenerParts {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly secrets: ListenerSecrets;
  readonly refusals: EarlyRefusals;
  readonly answers: Pick<
    HttpOptions,
    'fhir' | 'route' | 'upgrade' | 'healthy' | 'complete' | 'onError'
  >;
}

/** Listens as the configuration says: with TLS or behind proxies that are named, within bounds, and counted. */
export async function openListener(parts: ListenerParts): Promise<HttpServer> {
  const { config, metrics, secrets, refusals, answers } = parts;
  const { http } = config;
  const secure = http.origin.startsWith('https:');
  const tls = secrets.tls();
  const server = await listen({
    ...answers,
    host: http.host,
    port: http.port,
    bounds: {
      maxConnections: http.maxConnections,
      ...(tls === undefined ? {} : { tls }),
      handshakeFailed: ({ reason, network }) => {
        metrics.tlsClientError(reason);
        refusals.connectionFailed(reason, network);
      },
      dropped: () => {
        metrics.connectionDropped();
        refusals.connectionFailed('too many connections', undefined);
      },
    },
    hop: trustedHop({
      trustedProxies: http.trustedProxies,
      addressHeaders: addressHeaders(config),
      secure,
      proxiesOnly: config.mode === 'production' && tls === undefined,
    }),
    hopRefused: (error, { socket }, requestId) => {
      const network = socket.remoteAddress;
      void refusals.refused({ requestId, ...(network === undefined ? {} : { network }) }, error);
    },
    cors: cors(http.cors.origins),
    headers: securityHeaders(http.origin),
    document: (path) => secrets.document(path),
    ...(config.metrics !== undefined && {
      answered: (...counted: Parameters<Metrics['answered']>) => {
        metrics.answered(...counted);
      },
    }),
  });
  secrets.watch((renewed) => {
    server.renew(renewed);
  });
  return server;
}

/**
 * A plugin may have headers of its own, for the address of the client and for the certificate that it has shown to the
 * proxy; nobody but a proxy may set those either.
 */
function addressHeaders({ http, plugins }: Config): readonly string[] {
  const own = Object.values(plugins).flatMap(({ section }) => {
    const { clientCertificateHeader } = (section['tokens'] ?? {}) as Record<string, unknown>;
    return [section['clientAddressHeader'], clientCertificateHeader];
  });
  return [http.clientAddressHeader, ...own].filter((name) => typeof name === 'string');
}
