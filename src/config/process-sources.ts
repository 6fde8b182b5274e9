import { readFileSync } from 'node:fs';
import { failedWith } from '../postgres/file-errors.ts';
import type { ReadFile } from './from-files.ts';
import type { ConfigSources } from './load.ts';

/** The sources of this process: its environment, its working directory, the file system. */
export function processSources(argv: readonly string[]): ConfigSources {
  return { argv, env: process.env, cwd: process.cwd(), readFile: readFileIfPresent };
}

const readFileIfPresent: ReadFile = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES')) return undefined;
    throw error;
  }
};
