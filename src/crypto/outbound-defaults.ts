import tls from 'node:tls';
import { tlsClientProfile } from './tls-profile.ts';

/**
 * Makes the policy the default of this thread for connections that libraries open without saying more: PostgreSQL, the
 * object store, `fetch`. Node's own defaults offer groups and suites that TR-02102-2 does not list.
 * @see https://nodejs.org/api/tls.html#tlsdefault_ciphers
 */
export function applyOutboundDefaults(): void {
  const { ciphers, ecdhCurve, minVersion, maxVersion } = tlsClientProfile();
  tls.DEFAULT_CIPHERS = ciphers;
  tls.DEFAULT_ECDH_CURVE = ecdhCurve;
  tls.DEFAULT_MIN_VERSION = minVersion;
  tls.DEFAULT_MAX_VERSION = maxVersion;
}
