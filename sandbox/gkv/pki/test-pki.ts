import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import {
  isCurrent,
  parseCertificate,
  type SeconCertificate,
  type SeconIdentity,
} from '../../../lib/secon/index.ts';
import { encodePem } from '../../../lib/secon/pem.ts';
import { type Abrechnungsstelle, abrechnungsstellen } from '../sandbox-insurers.ts';
import { issueCertificate, type SubjectNames } from './issue-certificate.ts';
import { privateKeyAt, readIfThere, writePrivately } from './key-file.ts';

/** Every key and certificate of the sandbox. */
export interface TestPki {
  readonly root: SeconCertificate;
  readonly hersteller: SeconIdentity;
  readonly abrechnungsstellen: ReadonlyMap<Abrechnungsstelle, SeconIdentity>;
  /** Bears the name of a clearing point, but is issued by nobody anyone trusts. */
  readonly impostor: SeconIdentity;
}

/** Files for the product under test. */
export interface PkiFiles {
  readonly herstellerKey: string;
  readonly herstellerCertificate: string;
  readonly trustAnchors: string;
}

/** What the PKI is made from. */
export interface TestPkiOptions {
  readonly directory: string;
  /** IK of the manufacturer, nine digits. */
  readonly herstellerIk: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const TRUST_CENTER = 'Sandbox TrustCenter fuer sonstige Leistungserbringer';
const FOREIGN_TRUST_CENTER = 'Fremdes TrustCenter';
const DAY = 86_400_000;
const PARTICIPANT_DAYS = 3 * 365;
const ROOT_DAYS = 20 * 365;

/** Where the files of a PKI lie. */
export function pkiFiles(directory: string): PkiFiles {
  return {
    herstellerKey: join(directory, 'hersteller.key.pem'),
    herstellerCertificate: join(directory, 'hersteller.crt.pem'),
    trustAnchors: join(directory, 'root.crt.pem'),
  };
}

/** Reads the PKI from its directory; what is absent, expired or for another IK is made anew. */
export async function openTestPki(options: TestPkiOptions): Promise<TestPki> {
  const names = ['root', 'hersteller', 'impostor', ...abrechnungsstellen.map(({ path }) => path)];
  const keys = await readKeys(options.directory, names);
  const issue = certificateIssuer(options, keys);
  const root = await issue('root', {}, 'root', TRUST_CENTER);
  const identity = async (name: string, subject: SubjectNames): Promise<SeconIdentity> => ({
    certificate: await issue(name, subject, 'root', TRUST_CENTER),
    privateKey: keyOf(keys, name),
  });
  return {
    root,
    hersteller: await identity('hersteller', {
      organisation: 'Sandbox DiGA-Hersteller',
      ik: options.herstellerIk,
      contact: 'Sandbox',
    }),
    abrechnungsstellen: new Map(
      await Promise.all(
        abrechnungsstellen.map(
          async (stelle): Promise<[Abrechnungsstelle, SeconIdentity]> => [
            stelle,
            await identity(stelle.path, { organisation: stelle.name, ik: stelle.ik }),
          ],
        ),
      ),
    ),
    impostor: {
      certificate: await issue(
        'impostor',
        { organisation: 'Fremde', ik: abrechnungsstellen[0]?.ik ?? '' },
        'impostor',
        FOREIGN_TRUST_CENTER,
      ),
      privateKey: keyOf(keys, 'impostor'),
    },
  };
}

// More at once would take every thread of the pool, and files and names could not be read meanwhile.
const KEYS_AT_ONCE = 2;

async function readKeys(
  directory: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, KeyObject>> {
  const keys = new Map<string, KeyObject>();
  const open = [...names];
  const work = async (): Promise<void> => {
    for (let name = open.shift(); name !== undefined; name = open.shift()) {
      keys.set(name, await privateKeyAt(join(directory, `${name}.key.pem`)));
    }
  };
  await Promise.all(Array.from({ length: KEYS_AT_ONCE }, work));
  return keys;
}

function keyOf(keys: ReadonlyMap<string, KeyObject>, name: string): KeyObject {
  const key = keys.get(name);
  if (key === undefined) throw new TypeError(`No key named ${name}`);
  return key;
}

function certificateIssuer(options: TestPkiOptions, keys: ReadonlyMap<string, KeyObject>) {
  return async (
    name: string,
    subject: SubjectNames,
    issuer: string,
    trustCenter: string,
  ): Promise<SeconCertificate> => {
    const path = join(options.directory, `${name}.crt.pem`);
    const key = keyOf(keys, name);
    const stored = await readIfThere(path);
    if (stored !== undefined) {
      const certificate = parseCertificate(stored);
      const fits = certificate.x509.checkPrivateKey(key) && certificate.ik === subject.ik;
      if (fits && isCurrent(certificate, options.now)) return certificate;
    }
    const isRoot = name === 'root';
    const der = await issueCertificate({
      subject,
      subjectKey: key,
      issuerKey: keyOf(keys, issuer),
      notBefore: options.now - DAY,
      notAfter: options.now + (isRoot ? ROOT_DAYS : PARTICIPANT_DAYS) * DAY,
      trustCenter,
      ...(isRoot ? { isCa: true } : {}),
    });
    await writePrivately(path, encodePem(der, 'CERTIFICATE'));
    return parseCertificate(der);
  };
}
