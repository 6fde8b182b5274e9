import { isIP } from 'node:net';
import type { Config } from './config.ts';
import type { UnsafeSetting } from './unsafe-settings.ts';

/** What of the listener is refused in every mode. */
export function* unsafeListener({ http }: Config): Generator<UnsafeSetting> {
  for (const network of http.trustedProxies) {
    if (!isNetwork(network)) {
      const expected =
        'addresses and networks such as 10.0.0.0/8, none of them all of the internet';
      yield { path: ['http', 'trustedProxies'], expected };
      break;
    }
  }
  if (http.tls === undefined) return;
  if (!http.origin.startsWith('https://')) {
    const expected = 'an https origin, as the server has certificates';
    yield { path: ['http', 'origin'], expected };
  }
  const { mode, caFile } = http.tls.clientCertificates;
  if (mode === 'require' && caFile === undefined) {
    const expected = 'given: clients are required to bring a certificate of it';
    yield { path: ['http', 'tls', 'clientCertificates', 'caFile'], expected };
  }
}

/**
 * What of the listener is refused in production: plain HTTP to anybody but a proxy that is named, and headers that
 * anybody could set.
 * @see TR-03161-3 O.Ntwk_1
 */
export function* unsafeListenerInProduction({ http }: Config): Generator<UnsafeSetting> {
  if (http.tls === undefined && http.trustedProxies.length === 0) {
    const expected =
      'certificates, or http.trustedProxies with the proxies that end TLS, in production';
    yield { path: ['http', 'tls', 'certificates'], expected };
  }
  if (http.clientAddressHeader !== undefined && http.trustedProxies.length === 0) {
    const expected = 'absent, or http.trustedProxies with the proxies that set it, in production';
    yield { path: ['http', 'clientAddressHeader'], expected };
  }
  if (http.cors.origins.some((origin) => !/^https:\/\/[^*]+$/.test(origin))) {
    const expected = 'https origins without * in production';
    yield { path: ['http', 'cors', 'origins'], expected };
  }
}

function isNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  if (family === 0) return false;
  return bits === undefined || (Number(bits) >= 1 && Number(bits) <= (family === 4 ? 32 : 128));
}
