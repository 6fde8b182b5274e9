import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mode } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import { newKeyFile, parseKeyFile } from './key-file.ts';
import type { AuthKeys } from './key-file.ts';
import { readOrCreatePrivateFile } from '../../../lib/private-file/private-file.ts';

/**
 * Keys from the configured file; in the sandbox, without one, made at the first start and kept in the data directory.
 * @throws FhirError `AUTH_KEYS_MISSING`, `AUTH_KEYS_INVALID`
 */
export async function loadKeys(
  mode: Mode,
  keysFile: string | undefined,
  dataDirectory: string,
): Promise<AuthKeys> {
  if (keysFile !== undefined) {
    const text = await readFile(keysFile, 'utf8').catch((cause: unknown) => {
      throw authError('AUTH_KEYS_INVALID', { reason: 'it cannot be opened' }, { cause });
    });
    return parseKeyFile(text);
  }
  if (mode === 'production') throw authError('AUTH_KEYS_MISSING');
  return parseKeyFile(await readOrCreatePrivateFile(join(dataDirectory, 'keys.json'), newKeyFile));
}
