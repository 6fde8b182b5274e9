import { constants } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** `bsi`: classical key exchange alone. `bsi-hybrid`: ML-KEM-768 combined with P-256 comes first. */
export type TlsProfileName = 'bsi' | 'bsi-hybrid';

/** Suites of TR-02102-2, tables 1 and 4: forward secrecy with AES-GCM or AES-CCM. */
const SUITES = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_128_CCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-CCM',
  'ECDHE-ECDSA-AES128-CCM',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
];

const GROUPS = ['P-256', 'P-384', 'P-521'];

/** TLS 1.3 has code points of its own for these curves; older OpenSSL knows those of TLS 1.2 only, or neither. */
const BRAINPOOL_GROUPS = [
  'brainpoolP256r1tls13',
  'brainpoolP384r1tls13',
  'brainpoolP512r1tls13',
  'brainpoolP256r1',
  'brainpoolP384r1',
  'brainpoolP512r1',
];

const HYBRID_GROUP = 'SecP256r1MLKEM768';

const SIGNATURES = [
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
  'rsa_pss_rsae_sha256',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pss_pss_sha256',
  'rsa_pss_pss_sha384',
  'rsa_pss_pss_sha512',
];

const BRAINPOOL_SIGNATURES = [
  'ecdsa_brainpoolP256r1tls13_sha256',
  'ecdsa_brainpoolP384r1tls13_sha384',
  'ecdsa_brainpoolP512r1tls13_sha512',
];

/** Signatures that TR-02102-2 recommended until 2025 in certificates. */
const PKCS1_SIGNATURES = ['rsa_pkcs1_sha256', 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha512'];

/** What a TLS connection may negotiate, as `node:tls` wants it said. */
export interface TlsProfile {
  readonly minVersion: 'TLSv1.2';
  readonly maxVersion: 'TLSv1.3';
  readonly ciphers: string;
  readonly ecdhCurve: string;
  readonly sigalgs: string;
  readonly secureOptions: number;
  readonly honorCipherOrder: true;
}

/**
 * TLS as BSI TR-02102-2 recommends it; nothing else is negotiated. Renegotiation is refused; session tickets, whose key
 * would undo forward secrecy in TLS 1.2, are not issued, and so there is no early data either.
 * @throws TypeError where this Node cannot offer the hybrid group
 * @see https://www.bsi.bund.de/dok/TR-02102
 */
export function tlsProfile(name: TlsProfileName): TlsProfile {
  if (name === 'bsi-hybrid' && !isKnown('ecdhCurve', HYBRID_GROUP)) {
    throw new TypeError(`This Node knows no group ${HYBRID_GROUP}; use the profile bsi`);
  }
  const groups = [
    ...(name === 'bsi-hybrid' ? [HYBRID_GROUP] : []),
    ...GROUPS,
    ...BRAINPOOL_GROUPS.filter((group) => isKnown('ecdhCurve', group)),
  ];
  const signatures = BRAINPOOL_SIGNATURES.filter((algorithm) => isKnown('sigalgs', algorithm));
  return {
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: SUITES.join(':'),
    ecdhCurve: groups.join(':'),
    sigalgs: [...SIGNATURES, ...signatures].join(':'),
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    honorCipherOrder: true,
  };
}

/** Options of outgoing connections: the profile, and the peer's certificate is always checked. */
export interface TlsClientProfile {
  readonly minVersion: 'TLSv1.2';
  readonly maxVersion: 'TLSv1.3';
  readonly ciphers: string;
  readonly ecdhCurve: string;
  readonly sigalgs: string;
  readonly rejectUnauthorized: true;
}

/**
 * TLS of what this server calls. The signatures of PKCS#1 v1.5 are offered as well: most certificates of the public web
 * are signed that way, and a peer that checks the offer would refuse the handshake. TLS 1.3 never uses them for the
 * handshake itself.
 */
export function tlsClientProfile(): TlsClientProfile {
  const { minVersion, maxVersion, ciphers, ecdhCurve, sigalgs } = tlsProfile('bsi');
  return {
    minVersion,
    maxVersion,
    ciphers,
    ecdhCurve,
    sigalgs: [sigalgs, ...PKCS1_SIGNATURES].join(':'),
    rejectUnauthorized: true,
  };
}

const known = new Map<string, boolean>();

/** OpenSSL is asked once for each name: which curves it has depends on its version and on how it was built. */
function isKnown(option: 'ecdhCurve' | 'sigalgs', name: string): boolean {
  const answer = known.get(name);
  if (answer !== undefined) return answer;
  let found = true;
  try {
    createSecureContext({ [option]: name });
  } catch {
    found = false;
  }
  known.set(name, found);
  return found;
}
