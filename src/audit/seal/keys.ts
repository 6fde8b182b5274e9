import { generateKeyPairSync, hash, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { signingKey, type SigningKey } from './checkpoint.ts';

const jwk = z.looseObject({
  kty: z.literal('EC'),
  crv: z.enum(['P-256', 'P-384']),
  x: z.string(),
  y: z.string(),
  d: z.string().optional(),
});
const keySet = z.looseObject({ keys: z.array(jwk).min(1) });

/**
 * The key that signs checkpoints: the first of a JSON Web Key Set; the others are earlier ones, and only kept.
 * @throws TypeError that says what is wrong, never the key
 * @see https://www.rfc-editor.org/rfc/rfc7517
 */
export function checkpointKey(text: string): SigningKey {
  const parsed = keySet.safeParse(jsonOf(text));
  const first = parsed.data?.keys[0];
  if (first?.d === undefined) {
    throw new TypeError(
      'audit.keys is a JSON Web Key Set whose first key is a private EC key on P-256 or P-384',
    );
  }
  try {
    return signingKey(first, thumbprint(first));
  } catch {
    throw new TypeError('The first key of audit.keys is not a valid EC key');
  }
}

/** The key of the configuration, or one of the data directory, made at the first start. @throws TypeError */
export async function loadCheckpointKey(
  text: string | undefined,
  dataDirectory: string,
): Promise<SigningKey> {
  if (text !== undefined) return checkpointKey(text);
  await mkdir(dataDirectory, { recursive: true });
  const path = join(dataDirectory, 'audit-keys.json');
  const partial = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(partial, newKeySet(), { mode: 0o600, flag: 'wx', flush: true });
  try {
    // The file is complete under its name or not there; whoever made it first counts.
    await link(partial, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(partial);
  }
  return checkpointKey(await readFile(path, 'utf8'));
}

/** Text of a key set with one new key. */
export function newKeySet(curve: 'P-256' | 'P-384' = 'P-256'): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const key = privateKey.export({ format: 'jwk' });
  const use = { use: 'sig', alg: curve === 'P-256' ? 'ES256' : 'ES384' };
  return JSON.stringify({ keys: [{ ...key, ...use, kid: thumbprint(key) }] }, undefined, 2);
}

/** Thumbprint of an EC key in base64url. @see https://www.rfc-editor.org/rfc/rfc7638 */
export function thumbprint({ crv, kty, x, y }: Readonly<Record<string, unknown>>): string {
  return hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
