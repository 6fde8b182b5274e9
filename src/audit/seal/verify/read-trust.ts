import { readFile } from 'node:fs/promises';
import { thumbprint } from '../keys.ts';
import type { TrustedKeys } from './statements.ts';

const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

/**
 * The thumbprints that are trusted, from thumbprints and files with JSON Web Key Sets. Without any, the keys that the ledger
 * names are taken: whoever can change the database could then have put a key of their own there.
 * @throws TypeError for a file that is no key set
 */
export async function readTrust(given: readonly string[]): Promise<TrustedKeys> {
  if (given.length === 0) return 'any';
  const trusted = new Set<string>();
  for (const item of given) {
    if (THUMBPRINT.test(item)) trusted.add(item);
    else for (const key of await keysOf(item)) trusted.add(thumbprint(key));
  }
  return trusted;
}

async function keysOf(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const text = await readFile(path, 'utf8');
  let keys: unknown;
  try {
    ({ keys } = JSON.parse(text) as { readonly keys?: unknown });
  } catch {
    throw new TypeError(`${path} is not JSON`);
  }
  if (!Array.isArray(keys)) throw new TypeError(`${path} is no JSON Web Key Set`);
  return keys as Readonly<Record<string, unknown>>[];
}
