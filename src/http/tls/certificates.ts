import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { weaknessOf } from '../../crypto/key-strength.ts';
import { chainWeaknesses } from './chain-weaknesses.ts';
import { spkiPin } from './spki-pin.ts';
import { TlsError } from './tls-error.ts';

/** Files of one certificate. */
export interface CertificateFiles {
  /** Certificate and intermediates, PEM, the server's own first. */
  readonly certFile: string;
  /** Its key, PEM, not encrypted. */
  readonly keyFile: string;
}

/** A certificate that was read and found good. */
export interface LoadedCertificate {
  readonly cert: string;
  readonly key: string;
  readonly leaf: X509Certificate;
  /** SHA-256 of the public key in base64. @see https://www.rfc-editor.org/rfc/rfc7469#section-2.4 */
  readonly spki: string;
  readonly notAfter: Date;
  /** What TR-02102-2 no longer recommends in the chain, and is let pass. */
  readonly warnings: readonly string[];
}

/** What certificates are held to. */
export interface CertificateRules {
  /** `refuse`: no certificate of the chain may be signed with PKCS#1 v1.5 or have a weak key. */
  readonly weakChain: 'warn' | 'refuse';
  /** False: a certificate that signs itself is refused. */
  readonly selfSigned: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads a certificate with its key and checks both before anything is served with them.
 * @throws TlsError
 * @see BSI TR-02102-2, section 3.6; TR-03161-3 O.Ntwk_2
 */
export async function loadCertificate(
  files: CertificateFiles,
  rules: CertificateRules,
): Promise<LoadedCertificate> {
  const [cert, key] = await Promise.all([readPem(files.certFile), readPem(files.keyFile)]);
  const [leaf, ...above] = chainOf(cert, files.certFile);
  const secret = privateKey(key, files.keyFile);
  if (!leaf.checkPrivateKey(secret)) {
    throw new TlsError('TLS_KEY_MISMATCH', `${files.keyFile} is not the key of ${files.certFile}`);
  }
  const weak = weaknessOf(leaf.publicKey);
  if (weak !== undefined) throw new TlsError('TLS_KEY_WEAK', `${files.certFile}: ${weak}`);
  const [from, notAfter] = [leaf.validFromDate, leaf.validToDate];
  if (from.getTime() > rules.now || notAfter.getTime() <= rules.now) {
    const span = `${from.toISOString()} to ${notAfter.toISOString()}`;
    throw new TlsError('TLS_CERTIFICATE_EXPIRED', `${files.certFile} is valid from ${span}`);
  }
  if (!rules.selfSigned && leaf.checkIssued(leaf)) {
    throw new TlsError('TLS_CERTIFICATE_SELF_SIGNED', `${files.certFile} is signed by itself`);
  }
  const warnings = chainWeaknesses([leaf, ...above]);
  if (rules.weakChain === 'refuse' && warnings.length > 0) {
    throw new TlsError('TLS_CHAIN_WEAK', `${files.certFile}: ${warnings.join('; ')}`);
  }
  return { cert, key, leaf, spki: spkiPin(leaf.publicKey), notAfter, warnings };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'latin1');
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new TlsError('TLS_FILE_UNREADABLE', `${file} cannot be read (${code})`, { cause });
  }
}

function chainOf(text: string, file: string): [X509Certificate, ...X509Certificate[]] {
  try {
    const [leaf, ...above] = (text.match(PEM) ?? []).map((pem) => new X509Certificate(pem));
    if (leaf !== undefined) return [leaf, ...above];
  } catch (cause) {
    throw new TlsError('TLS_CERTIFICATE_INVALID', `${file} holds a broken certificate`, { cause });
  }
  throw new TlsError('TLS_CERTIFICATE_INVALID', `${file} holds no certificate in PEM`);
}

function privateKey(text: string, file: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    // The cause could quote what was read.
    throw new TlsError('TLS_KEY_INVALID', `${file} holds no private key in PEM without passphrase`);
  }
}
