import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { unverifiedCheckpoint } from '../checkpoint.ts';
import { filesOf } from './read-export.ts';
import type { WitnessCopy } from './statements.ts';

/** Checkpoints that a witness has kept: `.jws` files of a folder, or the lines of one file; ascending by size. */
export async function readWitness(path: string): Promise<readonly WitnessCopy[]> {
  const copies: WitnessCopy[] = [];
  for (const file of await filesOf(path, '.jws')) {
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
    for (const [index, line] of lines.entries()) {
      const jws = line.trim();
      const name = lines.length === 1 ? basename(file) : `${basename(file)}:${String(index + 1)}`;
      // What cannot be read sorts to the front and is told as a notice: a crash may have cut it off.
      copies.push({ size: unverifiedCheckpoint(jws)?.size ?? 0, jws, name });
    }
  }
  return copies.sort((a, b) => a.size - b.size);
}
