/** TLS of one endpoint beyond the defaults. */
export interface TlsOptions {
  /** Trusted certificates instead of the public ones, PEM. */
  readonly ca?: string | readonly string[];
  /** Client certificate or chain, PEM. */
  readonly cert?: string;
  /** Key of the client certificate, PEM. */
  readonly key?: string;
  readonly passphrase?: string;
  /** Client certificate and key as PKCS#12, instead of `cert` and `key`. */
  readonly pfx?: Uint8Array;
  /**
   * Also offer rsa_pkcs1 signatures. Public web certificates are mostly signed that way, and servers that check
   * the offer (Java's among them) refuse the handshake without it; TR-02102-2 recommended it until 2025 only.
   */
  readonly allowPkcs1Signatures?: boolean;
}

const SIGNATURES =
  'ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:' +
  'rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:' +
  'rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512';

/**
 * Connection options as BSI TR-02102-2 recommends them: TLS 1.2 and 1.3, forward secrecy with AES-GCM or AES-CCM,
 * NIST curves, no PKCS#1 v1.5 signatures. Host name and certificate are always checked.
 */
export function tlsProfile(options: TlsOptions = {}) {
  return {
    minVersion: 'TLSv1.2' as const,
    ciphers:
      'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:' +
      'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:' +
      'ECDHE-ECDSA-AES256-CCM:ECDHE-ECDSA-AES128-CCM:' +
      'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256',
    ecdhCurve: 'P-256:P-384:P-521',
    sigalgs:
      options.allowPkcs1Signatures === true
        ? `${SIGNATURES}:rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512`
        : SIGNATURES,
    rejectUnauthorized: true,
    ...(options.ca === undefined ? {} : { ca: [options.ca].flat() }),
    ...(options.cert === undefined ? {} : { cert: options.cert }),
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }),
    ...(options.pfx === undefined ? {} : { pfx: Buffer.from(options.pfx) }),
  };
}
