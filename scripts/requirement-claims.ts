import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { z } from 'zod';

/** One requirement: the number and the theme; the wording is in the catalogue of the requirements' author. */
export interface Requirement {
  readonly id: string;
  readonly theme: string;
}

/** A test that names a requirement. */
export interface Claim {
  readonly file: string;
  readonly title: string;
}

/** Requirements of one theme. */
export interface ThemeCoverage {
  readonly theme: string;
  readonly proven: number;
  readonly total: number;
  readonly unproven: readonly string[];
}

const ID = /\[((?:(?:R-\d{3}|V-\d{2})(?:,\s*)?)+)\]/g;

/** Reads the catalogue. @throws ZodError if it is malformed */
export function catalogue(text: string): Requirement[] {
  const schema = z.array(z.object({ id: z.string().regex(/^R-\d{3}$/), theme: z.string() }));
  return schema.parse(JSON.parse(text));
}

/**
 * Requirements and side channels that the titles of a test's source name: `[R-031] …`, `[R-031, R-032] …`, `[V-06] …`.
 * A title is the text that a call has as first argument, whatever the function is called (`test.each`, or a name for
 * tests that may be skipped).
 */
export function claimsIn(source: string): { id: string; title: string }[] {
  const found: { id: string; title: string }[] = [];
  const visit = (node: ts.Node): void => {
    const title = ts.isCallExpression(node) ? textOf(node.arguments[0]) : '';
    for (const [, ids = ''] of title.matchAll(ID)) {
      found.push(...ids.split(/,\s*/).map((id) => ({ id, title })));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('test.ts', source, ts.ScriptTarget.ESNext));
  return found;
}

/** Text of a literal; of a template, what stands before the first placeholder. */
function textOf(node: ts.Node | undefined): string {
  if (node === undefined) return '';
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.head.text : '';
}

/** All claims of the project's tests by number: requirements and side channels. */
export async function claims(root: string): Promise<Map<string, Claim[]>> {
  const found = new Map<string, Claim[]>();
  const files = globSync('{test,{plugins,bots,lib,sandbox}/*/test}/**/*.test.ts', { cwd: root });
  for (const file of files.toSorted()) {
    for (const { id, title } of claimsIn(await readFile(join(root, file), 'utf8'))) {
      found.set(id, [...(found.get(id) ?? []), { file, title }]);
    }
  }
  return found;
}

/** Counts by theme, in the order of the catalogue. */
export function coverageByTheme(
  requirements: readonly Requirement[],
  proven: ReadonlyMap<string, unknown>,
): ThemeCoverage[] {
  const themes = Map.groupBy(requirements, ({ theme }) => theme);
  return [...themes].map(([theme, list]) => {
    const unproven = list.filter(({ id }) => !proven.has(id)).map(({ id }) => id);
    return { theme, proven: list.length - unproven.length, total: list.length, unproven };
  });
}
