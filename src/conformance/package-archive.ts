import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ConformanceType, ConformanceTypes } from './model.ts';
import type { PackContent } from './pack-file.ts';
import { isConformance, reduceConformance } from './reduce.ts';
import { readTar } from './tar.ts';

/** Bytes of an unpacked package at most; the largest of HL7's own has a third of it. */
const MAX_UNPACKED = 512 * 1024 * 1024;

const unzip = promisify(gunzip);

/** SHA-256 of the archive in hex, by which a pack is known to be made of it. */
export async function archiveDigest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/**
 * Reads a FHIR package (`.tgz`): the conformance resources directly in its folder `package`, examples left out.
 * @throws TypeError where it is no package.
 * @see https://hl7.org/fhir/packages.html
 */
export async function readPackage(path: string): Promise<PackContent> {
  const archive = await unzip(await readFile(path), { maxOutputLength: MAX_UNPACKED });
  const resources: ConformanceTypes[ConformanceType][] = [];
  let manifest: Readonly<Record<string, unknown>> | undefined;
  for (const { name, content } of readTar(archive)) {
    const file = /^(?:\.\/)?package\/([^/]+\.json)$/.exec(name)?.[1];
    if (file === undefined || file === '.index.json') continue;
    const json = JSON.parse(content.toString('utf8').replace(/^\uFEFF/, '')) as Readonly<
      Record<string, unknown>
    >;
    if (file === 'package.json') manifest = json;
    else if (isConformance(json)) resources.push(reduceConformance(json));
  }
  const { name, version, dependencies } = manifest ?? {};
  if (typeof name !== 'string' || typeof version !== 'string') {
    throw new TypeError(`${path} is no FHIR package: package/package.json lacks name or version`);
  }
  return {
    name,
    version,
    dependencies: (dependencies ?? {}) as Readonly<Record<string, string>>,
    resources,
  };
}
