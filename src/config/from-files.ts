import { basename } from 'node:path';
import { parseDocument } from 'yaml';
import type { Layers } from './layers.ts';
import { isTree } from './tree.ts';

/** Reads a file; undefined if it does not exist. */
export type ReadFile = (path: string) => string | undefined;

/** Largest configuration file in characters. */
const LONGEST_FILE = 1_000_000;

/** Puts the values of a YAML file on top; what is wrong with the file becomes a problem. */
export function mergeFile(layers: Layers, path: string, text: string): void {
  const source = `file ${basename(path)}`;
  const problem = (expected: string): void => {
    layers.problems.push({ key: '', source: `file ${path}`, expected });
  };
  if (text.length > LONGEST_FILE) {
    problem(`at most ${LONGEST_FILE} characters`);
    return;
  }
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0) {
    for (const error of document.errors) {
      problem(`valid YAML at line ${error.linePos?.[0].line ?? '?'} (${error.code})`);
    }
    return;
  }
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch {
    problem('valid YAML: every alias needs its anchor, and there are at most 100');
    return;
  }
  // An empty file, or one with comments only.
  if (content === null || content === undefined) return;
  if (isTree(content)) layers.merge(content, source);
  else problem('a mapping of keys to values');
}
