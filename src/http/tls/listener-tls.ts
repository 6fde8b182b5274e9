import type { TlsOptions } from 'node:tls';
import type { TlsConfig } from '../../config/config.ts';
import { tlsProfile } from '../../crypto/tls-profile.ts';
import type { LoadedCertificate } from './certificates.ts';

/** Options of the listener that depend on files. */
export type ListenerTls = TlsOptions;

/**
 * What the listener negotiates, and with which certificates. Handlers find the certificate of a client on the socket of
 * the request: `getPeerCertificate()`, and whether an authority vouches for it in `authorized`. With `request` that is for
 * them to judge, as a self-signed one may be bound to a token (RFC 8705, 2.2).
 * @param authorities PEM of the authorities of client certificates
 */
export function listenerTls(
  { profile, clientCertificates }: TlsConfig,
  certificates: readonly LoadedCertificate[],
  authorities: string | undefined,
): ListenerTls {
  const { mode } = clientCertificates;
  return {
    ...tlsProfile(profile),
    cert: certificates.map(({ cert }) => cert),
    key: certificates.map(({ key }) => key),
    requestCert: mode !== 'off',
    rejectUnauthorized: mode === 'require',
    ALPNProtocols: ['http/1.1'],
    ...(authorities === undefined ? {} : { ca: authorities }),
  };
}
