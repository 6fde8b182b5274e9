import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '@jest/globals';

const FOLDER = join(import.meta.dirname, '../../../../../shared/data/gkv-billing');

/** Whether the official schemas, rules and samples lie beside the project. */
export const sharedDataPresent = existsSync(FOLDER);

/** Runs a test where the official material is present; elsewhere it is skipped with the reason. */
export function officialTest(title: string, run: () => void | Promise<void>, timeout = 60_000): void {
  if (sharedDataPresent) {
    test(title, run, timeout);
  } else {
    console.warn(`Skipped, official GKV schemas and samples are not on this machine: ${title}`);
    test.skip(`${title} (skipped: official GKV schemas and samples are not on this machine)`, run);
  }
}

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
