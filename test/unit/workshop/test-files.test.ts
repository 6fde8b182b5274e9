import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { ROOT } from './source-files.ts';

const files = globSync('{test,{plugins,bots,lib,sandbox}/*/test}/**/*.test.ts', { cwd: ROOT });
const sources = new Map(
  await Promise.all(
    files.map(
      async (file): Promise<[string, string]> => [file, await readFile(join(ROOT, file), 'utf8')],
    ),
  ),
);

/** `test`, `describe` and their kin under any name; not `test.each`, whose titles differ by what is filled in. */
function isTitled(callee: ts.Expression): boolean {
  return ts.isIdentifier(callee) || /^(?:test|describe)\.\w+$/.test(callee.getText());
}

/** Titles of a file that stand there as texts, each behind the titles it lies in. */
function titlesIn(text: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node, path: string): void => {
    let inner = path;
    if (ts.isCallExpression(node) && isTitled(node.expression)) {
      const [title, body] = node.arguments;
      if (
        title !== undefined &&
        (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title)) &&
        body !== undefined &&
        (ts.isArrowFunction(body) || ts.isFunctionExpression(body))
      ) {
        inner = `${path} > ${title.getText()}`;
        titles.push(inner);
      }
    }
    ts.forEachChild(node, (child) => {
      visit(child, inner);
    });
  };
  visit(ts.createSourceFile('file.ts', text, ts.ScriptTarget.ESNext, true), '');
  return titles;
}

describe('test files', () => {
  test('each lies where a suite of Jest finds it', () => {
    expect(files.length).toBeGreaterThan(100);
    const everywhere = globSync('{test,src,plugins,bots,lib,sandbox,scripts}/**/*.test.ts', {
      cwd: ROOT,
    });
    const place =
      /^(?:test|(?:plugins|bots|lib|sandbox)\/[^/]+\/test)\/(?:unit|integration|conformance)\//;
    expect(everywhere.filter((file) => !place.test(file))).toEqual([]);
  });

  test('each names what it takes from Jest', () => {
    const silent = files.filter((file) => !sources.get(file)?.includes("from '@jest/globals'"));
    expect(silent).toEqual([]);
  });

  test('no two titles of a file are the same', () => {
    const twice = [...sources].flatMap(([file, text]) => {
      const titles = titlesIn(text);
      return titles
        .filter((title, at) => titles.indexOf(title) !== at)
        .map((title) => `${file}${title}`);
    });
    expect(twice).toEqual([]);
  });

  test('none is focused, and what may be skipped says why in its title', () => {
    const problems = [...sources].flatMap(([file, text]) => [
      ...(/\b(?:test|describe|it)\.only\b/.test(text) ? [`${file} is focused`] : []),
      ...(/\b(?:test|describe|it)\.(?:skip|todo)\b/.test(text) &&
      !/\(skipped: |skipNote\(/.test(text)
        ? [`${file} skips without a reason`]
        : []),
    ]);
    expect(problems).toEqual([]);
  });
});
