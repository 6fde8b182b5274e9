import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { importProblem } from '../../../scripts/import-zones.ts';
import { importsOf, parseImports, ROOT, sourceFiles } from './source-files.ts';

const rooms = ['src', 'plugins', 'bots', 'lib', 'sandbox'] as const;
const files = sourceFiles(...rooms);
const imports = new Map(
  await Promise.all(files.map(async (file) => [file, await importsOf(file)] as const)),
);

describe('import zones', () => {
  test.each([
    ['src/http/app.ts', '../plugin/sdk.ts', true],
    ['src/http/app.ts', '../../plugins/gkv/plugin.ts', false],
    ['src/main.ts', '../sandbox/gkv/main.ts', false],
    ['src/search/sql.ts', 'pg', false],
    ['src/search/sql.ts', '../storage/pool.ts', false],
    ['src/access/compile.ts', 'node:fs/promises', false],
    ['plugins/gkv/redeem.ts', '../../src/plugin/sdk.ts', true],
    ['plugins/gkv/redeem.ts', '../../src/storage/pool.ts', false],
    ['plugins/gkv/redeem.ts', '../consent/consent.ts', false],
    ['plugins/gkv/redeem.ts', '../../lib/secon/sign.ts', true],
    ['plugins/gkv/redeem.ts', '../../sandbox/gkv/insurer.ts', false],
    ['plugins/gkv/test/unit/redeem.test.ts', '../../../../sandbox/gkv/insurer.ts', true],
    ['plugins/gkv/test/unit/redeem.test.ts', '../../../consent/consent.ts', false],
    ['bots/reminders/bot.ts', '@medplum/core', true],
    ['bots/reminders/bot.ts', '../../src/plugin/sdk.ts', false],
    ['bots/reminders/bot.ts', 'pg', false],
    ['lib/secon/sign.ts', '../../src/clock.ts', false],
    ['sandbox/gkv/insurer.ts', '../../lib/secon/sign.ts', true],
    ['sandbox/gkv/insurer.ts', '../../lib/gkv/codes.ts', false],
    ['sandbox/gkv/insurer.ts', '../../src/clock.ts', true],
    ['sandbox/gkv/insurer.ts', '../../src/server.ts', false],
    ['src/http/app.ts', '../../../elsewhere.ts', false],
  ])('%s → %s: %s', (file, specifier, allowed) => {
    expect(importProblem(file, specifier) === undefined).toBe(allowed);
  });

  test('types may come from a folder with effects, values may not', () => {
    expect(importProblem('src/access/policy.ts', '../storage/database.ts', true)).toBeUndefined();
    expect(importProblem('src/access/policy.ts', '../storage/database.ts', false)).toBeDefined();
  });

  test('no file of the product leaves its zone', () => {
    const problems = [...imports].flatMap(([file, list]) =>
      list.flatMap(({ specifier, typeOnly }) => {
        const problem = importProblem(file, specifier, typeOnly);
        return problem === undefined ? [] : [`${file}: ${problem}`];
      }),
    );
    expect(files.length).toBeGreaterThan(10);
    expect(problems).toEqual([]);
  });
});

describe('cycles', () => {
  test('a cycle is found', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', []],
      ['d', ['b']],
    ]);
    expect(findCycle(graph)).toEqual(['b', 'd', 'b']);
    expect(
      findCycle(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['c']],
          ['c', []],
        ]),
      ),
    ).toBeUndefined();
  });

  test('no file of the product imports itself over others', () => {
    const graph = new Map(
      [...imports].map(([file, list]) => [
        file,
        list
          .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
          .map(({ specifier }) => posix.join(posix.dirname(file), specifier)),
      ]),
    );
    expect(findCycle(graph)).toBeUndefined();
  });
});

describe('packages', () => {
  test('every package that the product imports is declared; what is needed at run time is no devDependency', async () => {
    const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const builtin = new Set(builtinModules);
    const undeclared = [...imports].flatMap(([file, list]) =>
      list.flatMap(({ specifier, typeOnly }) => {
        if (/^(?:\.|node:)/.test(specifier) || builtin.has(specifier)) return [];
        const name = specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/');
        // Stand-ins are for development: they start where devDependencies are installed.
        const development = typeOnly || file.includes('/test/') || file.startsWith('sandbox/');
        const declared =
          name in manifest.dependencies || (development && name in manifest.devDependencies);
        return declared ? [] : [`${file}: ${name}`];
      }),
    );
    expect(undeclared).toEqual([]);
  });
});

test('imports are found in every form', () => {
  const text = `import a from './a'; import type { B } from './b'; export * from './c'; export type { D } from './d';
    const e = await import('./e'); import './f'; // import './no'`;
  expect(parseImports(text)).toEqual([
    { specifier: './a', typeOnly: false },
    { specifier: './b', typeOnly: true },
    { specifier: './c', typeOnly: false },
    { specifier: './d', typeOnly: true },
    { specifier: './e', typeOnly: false },
    { specifier: './f', typeOnly: false },
  ]);
});

function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): string[] | undefined => {
    if (finished.has(node)) return undefined;
    const at = path.indexOf(node);
    if (at >= 0) return [...path.slice(at), node];
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    finished.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
