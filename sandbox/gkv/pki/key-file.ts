import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { absent } from '../validation/absent.ts';

const generate = promisify(generateKeyPair);

/** Writes a file that only its owner can read, whole or not at all. */
export async function writePrivately(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  await writeFile(temporary, content, { mode: 0o600 });
  await rename(temporary, path);
}

/** Content of a file, or undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(absent('ENOENT'));
}

/** Private key of a PEM file; generated (RSA, 4096 bit: seconds of work on a thread of the pool) when absent. */
export async function privateKeyAt(path: string): Promise<KeyObject> {
  const pem = await readIfThere(path);
  if (pem !== undefined) return createPrivateKey(pem);
  const { privateKey } = await generate('rsa', { modulusLength: 4096 });
  await writePrivately(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return privateKey;
}
