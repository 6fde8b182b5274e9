import { hash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { JWK } from 'jose';
import type { TlsConfig } from '../../config/config.ts';
import { type LoadedCertificate, loadCertificate } from './certificates.ts';
import { type ListenerTls, listenerTls } from './listener-tls.ts';
import { pinRefusal, type PinSet } from './pins/pin-set.ts';
import { verifyPinSet } from './pins/signed-set.ts';
import { TlsError } from './tls-error.ts';

/** Where everything of the listener lies. */
export interface ListenerFiles {
  readonly tls: TlsConfig | undefined;
  readonly publishedPins: { readonly file: string; readonly publicKeyFile: string } | undefined;
  /** Public origin. */
  readonly origin: string;
  readonly production: boolean;
}

/** Everything of the listener that comes from files, found good together. */
export interface ListenerMaterial {
  readonly certificates: readonly LoadedCertificate[];
  /** Undefined: without TLS. */
  readonly tls: ListenerTls | undefined;
  /** The signed text as it is published, and what it says. */
  readonly pins: { readonly text: string; readonly set: PinSet } | undefined;
  /** Changes if anything changes. */
  readonly digest: string;
}

/**
 * Reads certificates, keys, authorities and pins, and accepts them as a whole or not at all.
 * @param now milliseconds since 1970
 * @throws TlsError
 */
export async function loadListener(files: ListenerFiles, now: number): Promise<ListenerMaterial> {
  const { tls, production } = files;
  const rules = { weakChain: tls?.weakChain ?? 'warn', selfSigned: !production, now };
  const certificates = await Promise.all(
    (tls?.certificates ?? []).map((one) => loadCertificate(one, rules)),
  );
  requireOneOfEachKind(certificates);
  if (tls !== undefined) requireHost(certificates, new URL(files.origin).hostname);
  const caFile = tls?.clientCertificates.caFile;
  const authorities = caFile === undefined ? undefined : await readAuthorities(caFile);
  const pins = await readPins(files);
  if (pins !== undefined) requirePinned(certificates, pins.set, now);
  const parts = [...certificates.flatMap(({ cert, key }) => [cert, key]), authorities, pins?.text];
  return {
    certificates,
    tls: tls === undefined ? undefined : listenerTls(tls, certificates, authorities),
    pins,
    digest: hash('sha256', JSON.stringify(parts), 'hex'),
  };
}

/** OpenSSL keeps one certificate of each kind of key; a second one would silently replace the first. */
function requireOneOfEachKind(certificates: readonly LoadedCertificate[]): void {
  const kinds = certificates.map(({ leaf }) => leaf.publicKey.asymmetricKeyType);
  const twice = kinds.find((kind, index) => kinds.indexOf(kind) < index);
  if (twice !== undefined) {
    throw new TlsError('TLS_KEY_TWICE', `there are two certificates with keys of type ${twice}`);
  }
}

function requireHost(certificates: readonly LoadedCertificate[], host: string): void {
  const address = host.replace(/^\[|\]$/g, '');
  for (const { leaf } of certificates) {
    const found = isIP(address) === 0 ? leaf.checkHost(address) : leaf.checkIP(address);
    if (found === undefined) {
      const name = leaf.subject.replaceAll('\n', ', ').slice(0, 200);
      throw new TlsError('TLS_CERTIFICATE_HOST', `the certificate of ${name} is not for ${host}`);
    }
  }
}

function requirePinned(certificates: readonly LoadedCertificate[], set: PinSet, now: number): void {
  for (const { spki } of certificates) {
    const refusal = pinRefusal(set, spki, now / 1000);
    if (refusal !== undefined) {
      throw new TlsError('TLS_PIN_MISSING', `the key ${spki} is not served: ${refusal}`);
    }
  }
}

async function readAuthorities(file: string): Promise<string> {
  const text = await read(file);
  try {
    new X509Certificate(text).publicKey.export({ type: 'spki', format: 'der' });
    return text;
  } catch (cause) {
    throw new TlsError('TLS_CERTIFICATE_INVALID', `${file} holds no certificate in PEM`, { cause });
  }
}

async function readPins({
  publishedPins,
  origin,
}: ListenerFiles): Promise<ListenerMaterial['pins']> {
  if (publishedPins === undefined) return undefined;
  const [text, key] = await Promise.all([
    read(publishedPins.file),
    read(publishedPins.publicKeyFile),
  ]);
  const set = await verifyPinSet(text, jwkOf(key, publishedPins.publicKeyFile));
  const { hostname } = new URL(origin);
  if (set.host !== hostname) {
    throw new TlsError('TLS_PINS_INVALID', `the set of pins is for ${set.host}, not ${hostname}`);
  }
  return { text: text.trim(), set };
}

function jwkOf(text: string, file: string): JWK {
  try {
    const key = JSON.parse(text) as JWK;
    if (typeof key === 'object' && key.d === undefined) return key;
  } catch {
    // Told below.
  }
  throw new TlsError('TLS_PINS_INVALID', `${file} holds no public key as JWK`);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new TlsError('TLS_FILE_UNREADABLE', `${file} cannot be read (${code})`, { cause });
  }
}
