import { readFile } from 'node:fs/promises';
import {
  loadIdentity,
  parseCertificates,
  type SeconCertificate,
  SeconError,
  type SeconIdentity,
} from '../../../lib/secon/index.ts';
import type { TlsOptions } from '../../../lib/gkv-transport/index.ts';
import type { Mode } from '../../../src/plugin/sdk.ts';
import type { IdentityConfig } from '../config.ts';
import { gkvError } from '../errors.ts';
import type { GkvSettings } from '../settings.ts';

/** Who the manufacturer is towards the clearing points. */
export interface Manufacturer {
  readonly ik: string;
  readonly identity: SeconIdentity;
  /** The identity and those before it: all of them open answers. */
  readonly identities: readonly SeconIdentity[];
  readonly trustAnchors: readonly SeconCertificate[];
  readonly tls: TlsOptions;
}

/** Gives the manufacturer, read once; in the sandbox its keys may appear only some seconds after the start. */
export type ManufacturerSource = () => Promise<Manufacturer>;

/** Reads the files when they are first needed; a failure is not kept. */
export function manufacturerSource(settings: GkvSettings, mode: Mode): ManufacturerSource {
  let loaded: Promise<Manufacturer> | undefined;
  return () => {
    loaded ??= load(settings, mode).catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}

/** @throws FhirError `GKV_IDENTITY_INVALID`, in the sandbox `GKV_NOT_READY` */
async function load(settings: GkvSettings, mode: Mode): Promise<Manufacturer> {
  const { identity: files, previousIdentities, tls } = settings;
  try {
    const identity = await readIdentity(files);
    const previous = await Promise.all(previousIdentities.map(readIdentity));
    const ik = identity.certificate.ik;
    if (ik === undefined) throw invalid('its certificate names no IK');
    if (settings.manufacturerIk !== undefined && settings.manufacturerIk !== ik) {
      throw invalid('its certificate names another IK than manufacturerIk');
    }
    return {
      ik,
      identity,
      identities: [identity, ...previous],
      trustAnchors: parseCertificates(await readFile(settings.trustAnchorsFile, 'utf8')),
      tls: {
        ...(tls.caFile === undefined ? {} : { ca: await readFile(tls.caFile, 'utf8') }),
        ...(tls.offerIdentity ? pemOf(identity) : {}),
        allowPkcs1Signatures: tls.allowPkcs1Signatures,
      },
    };
  } catch (error) {
    if (error instanceof SeconError) throw invalid(error.code, error);
    const absent = (error as { code?: unknown } | null)?.code === 'ENOENT';
    if (absent && mode === 'sandbox')
      throw gkvError('GKV_NOT_READY', {}, { cause: error, retryAfter: 5 });
    if (absent) throw invalid('one of its files is not there', error);
    throw error;
  }
}

/** Key and certificates as PEM texts. */
export function pemOf(identity: SeconIdentity): { readonly key: string; readonly cert: string } {
  return {
    key: identity.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: [identity.certificate, ...(identity.chain ?? [])]
      .map(({ x509 }) => x509.toString())
      .join(''),
  };
}

async function readIdentity(files: IdentityConfig): Promise<SeconIdentity> {
  const certificates = await readFile(files.certificateFile);
  const isPem = certificates.includes('-----BEGIN');
  return loadIdentity({
    privateKeyPem: await readFile(files.keyFile, 'utf8'),
    certificates: isPem ? certificates.toString('latin1') : new Uint8Array(certificates),
    ...(files.passphraseFile === undefined
      ? {}
      : { passphrase: (await readFile(files.passphraseFile, 'utf8')).trim() }),
  });
}

function invalid(reason: string, cause?: unknown) {
  return gkvError('GKV_IDENTITY_INVALID', { reason }, cause === undefined ? {} : { cause });
}
