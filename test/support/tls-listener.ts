import type { AddressInfo } from 'node:net';
import type { TlsConfig } from '../../src/config/config.ts';
import { openServer } from '../../src/http/open-server.ts';
import type { HandshakeFailure } from '../../src/http/tls/handshake-failure.ts';
import { type ListenerFiles, loadListener } from '../../src/http/tls/load-listener.ts';
import type { TestCertificate } from './certificates.ts';

/** Configuration of TLS with these certificates. */
export function tlsConfig(
  certificates: readonly TestCertificate[],
  more: Partial<TlsConfig> = {},
): TlsConfig {
  return {
    certificates,
    clientCertificates: { mode: 'off', caFile: undefined },
    profile: 'bsi',
    weakChain: 'warn',
    reloadSeconds: 0,
    ...more,
  };
}

/** Files of a listener in the sandbox at `https://localhost`. */
export function listenerFiles(tls: TlsConfig, more: Partial<ListenerFiles> = {}): ListenerFiles {
  return {
    tls,
    publishedPins: undefined,
    origin: 'https://localhost',
    production: false,
    ...more,
  };
}

/** The product's listener with an answer of its own. */
export interface TlsListener {
  readonly port: number;
  readonly failures: HandshakeFailure[];
  renew(config: TlsConfig): Promise<void>;
  close(): Promise<void>;
}

/** Opens it on a free port. */
export async function tlsListener(config: TlsConfig): Promise<TlsListener> {
  const failures: HandshakeFailure[] = [];
  const load = async (from: TlsConfig) =>
    (await loadListener(listenerFiles(from), Date.now())).tls ?? {};
  const { server, renew } = openServer(
    {
      maxConnections: 100,
      tls: await load(config),
      handshakeFailed: (failure) => failures.push(failure),
    },
    (_request, response) => response.end('there'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    failures,
    renew: async (from) => {
      renew(await load(from));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
