import type { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import type { Configuration } from 'oidc-provider';
import { clientCertificate } from './client-certificate.ts';

type MutualTls = NonNullable<NonNullable<Configuration['features']>['mTLS']>;

/**
 * Clients that prove themselves by the certificate of their connection, and tokens that are bound to it.
 * @param header name of the header in which the operator's proxy hands on the certificate; the proxy has verified it then
 * @see https://www.rfc-editor.org/rfc/rfc8705
 */
export function mutualTls(header: string | undefined): MutualTls {
  return {
    enabled: true,
    certificateBoundAccessTokens: true,
    selfSignedTlsClientAuth: true,
    tlsClientAuth: true,
    getCertificate: (ctx) => clientCertificate(ctx.req, header),
    certificateAuthorized({ req }) {
      if (header !== undefined) return clientCertificate(req, header) !== undefined;
      return req.socket instanceof TLSSocket && req.socket.authorized;
    },
    certificateSubjectMatches(ctx, property, expected) {
      const certificate = clientCertificate(ctx.req, header);
      return certificate !== undefined && subjectMatches(certificate, property, expected);
    },
  };
}

/** @param property of the metadata of the client, `tls_client_auth_…` */
export function subjectMatches(
  certificate: Pick<X509Certificate, 'subject' | 'subjectAltName' | 'checkEmail' | 'checkIP'>,
  property: string,
  expected: string,
): boolean {
  switch (property) {
    case 'tls_client_auth_subject_dn':
      return sameName(certificate.subject, expected);
    case 'tls_client_auth_san_dns':
      return alternatives(certificate.subjectAltName, 'DNS').includes(expected.toLowerCase());
    case 'tls_client_auth_san_uri':
      return alternatives(certificate.subjectAltName, 'URI').includes(expected.toLowerCase());
    case 'tls_client_auth_san_ip':
      return certificate.checkIP(expected) !== undefined;
    case 'tls_client_auth_san_email':
      return certificate.checkEmail(expected, { subject: 'never' }) !== undefined;
    default:
      return false;
  }
}

/**
 * The same name, whichever end it begins at: node prints the first part first, RFC 4514 the last. A part with a comma or a
 * backslash in its value would be ambiguous and matches nothing.
 */
function sameName(subject: string, expected: string): boolean {
  if (/[\\"+]/.test(expected) || /[\\",+]/.test(subject)) return false;
  const parts = subject.split('\n');
  const wanted = expected.split(',').map((part) => part.trim());
  const equal = (other: readonly string[]): boolean =>
    other.length === wanted.length && other.every((part, index) => part === wanted[index]);
  return equal(parts) || equal(parts.toReversed());
}

/** Names of one kind. A quoted name is one that tries to look like several, and counts for none. */
function alternatives(names: string | undefined, kind: string): readonly string[] {
  return (names ?? '')
    .split(', ')
    .filter((name) => name.startsWith(`${kind}:`) && !name.includes('"'))
    .map((name) => name.slice(kind.length + 1).toLowerCase());
}
