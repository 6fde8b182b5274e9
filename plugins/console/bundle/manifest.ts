import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Folder of the built page, from the root of the project. */
export const BUNDLE_FOLDER = 'dist/console';
/** Name of the manifest in that folder. It is written last, so what it names is there. */
export const MANIFEST_FILE = 'manifest.json';

const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/);

const manifest = z.strictObject({
  /** Digest of what the page was built from. */
  sources: z.string().regex(/^[0-9a-f]{64}$/),
  /** Module that the page begins with. */
  script: fileName,
  styles: z.array(fileName),
  /** All files that may be asked for. */
  files: z.array(fileName).min(1).max(1000),
});

/** What `dist/console` holds. */
export type BundleManifest = z.infer<typeof manifest>;

/**
 * Reads the manifest of a built page; undefined where nothing was built.
 * @throws SyntaxError, ZodError when it is no manifest; the error of the file system when it cannot be read
 */
export async function readManifest(folder: string): Promise<BundleManifest | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return manifest.parse(JSON.parse(text));
}
