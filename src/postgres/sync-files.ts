import { open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failedWith } from './file-errors.ts';

/** How many files are flushed at once: more does not help, and fewer leaves the disk waiting. */
const PARALLEL = 8;

/** Flushes every file and folder below `directory` to disk. Files that vanish meanwhile are passed over. */
export async function syncTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  const queue = [...paths, directory].values();
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (const path of queue) await syncPath(path);
    }),
  );
}

/** Flushes the folder that holds `file`, which makes a rename or a new name survive a power cut. */
export async function syncDirectory(file: string): Promise<void> {
  await syncPath(dirname(file));
}

async function syncPath(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error;
  }
}
