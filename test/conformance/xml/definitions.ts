import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadOptions, loadDefinitions } from '../../../src/definitions/load.ts';
import type { Definitions } from '../../../src/definitions/model.ts';

const log = { info: () => undefined, warn: () => undefined } as unknown as LoadOptions['log'];

/** The definitions of R4, made anew. */
export async function r4Definitions(): Promise<Definitions> {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'definitions-'));
  try {
    return await loadDefinitions({ cacheDirectory, log });
  } finally {
    await rm(cacheDirectory, { recursive: true, force: true });
  }
}
