import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { newSigningKey } from './sandbox-provider.ts';

/** The key that the server under test signs in with; made at the first start, readable by its owner only. */
export async function clientKeyIn(
  directory: string,
): Promise<{ readonly clientKey: JWK; readonly clientKeyFile: string }> {
  const clientKeyFile = join(directory, 'client-key.jwk.json');
  try {
    const text = JSON.stringify(await newSigningKey());
    await writeFile(clientKeyFile, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  }
  return { clientKey: JSON.parse(await readFile(clientKeyFile, 'utf8')) as JWK, clientKeyFile };
}
