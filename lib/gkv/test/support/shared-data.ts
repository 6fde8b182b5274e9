import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../../../../shared/data/gkv-billing');

/** Whether the official schemas, rules and samples lie beside the project. */
export const sharedDataPresent = existsSync(FOLDER);

/** Bytes of an official file. */
export function sharedBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FOLDER, path)));
}

/** Text of an official file in UTF-8. */
export function sharedText(path: string): string {
  return readFileSync(join(FOLDER, path), 'utf8');
}

/** Names of the files in an official folder, also in the folders below it. */
export function sharedNames(folder: string): readonly string[] {
  return readdirSync(join(FOLDER, folder), { recursive: true, encoding: 'utf8' }).toSorted();
}
