import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parsePath } from '../../../src/search/extract/fhirpath.ts';

describe('the subset of FHIRPath that search parameters use', () => {
  test('a path with functions, an index and a literal', () => {
    expect(parsePath("Bundle.entry[0].resource.where(a='it\\'s')")).toEqual({
      kind: 'call',
      name: 'where',
      of: {
        kind: 'name',
        name: 'resource',
        of: {
          kind: 'index',
          index: 0,
          of: { kind: 'name', name: 'entry', of: { kind: 'name', name: 'Bundle', of: undefined } },
        },
      },
      args: [
        {
          kind: 'binary',
          operator: '=',
          left: { kind: 'name', name: 'a', of: undefined },
          right: { kind: 'literal', value: "it's" },
        },
      ],
    });
  });

  test('union binds closer than equality, equality closer than and, and closer than or', () => {
    const operators = (expression: string): unknown => {
      const node = parsePath(expression);
      if (node?.kind !== 'binary') return node?.kind === 'name' ? node.name : node?.kind;
      return [operators2(node.left), node.operator, operators2(node.right)];
      function operators2(inner: unknown): unknown {
        const { kind, name, left, operator, right } = inner as Record<string, unknown>;
        return kind === 'binary' ? [operators2(left), operator, operators2(right)] : name;
      }
    };
    expect(operators('a or b and c = d | e')).toEqual([
      'a',
      'or',
      ['b', 'and', ['c', '=', ['d', '|', 'e']]],
    ]);
  });

  test.each([
    '',
    'a.',
    'a..b',
    'a b',
    '(a',
    'a)',
    "a.where('x)",
    'a[',
    'a[b]',
    'a + b',
    'a.b(',
    'a.where(b,)',
    '%resource',
    '@2024',
    'a is',
    `${'('.repeat(100)}a${')'.repeat(100)}`,
    'a|'.repeat(6000),
  ])('%p is outside', (expression) => {
    expect(parsePath(expression)).toBeUndefined();
  });

  test('any text is read without throwing', () => {
    const parts = fc.constantFrom(
      'a',
      '.',
      '(',
      ')',
      '[',
      '0',
      ']',
      ',',
      '|',
      '=',
      '!=',
      "'",
      '\\',
      ' ',
      'is',
      'as',
      'and',
      'or',
      'true',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts).map((list) => list.join('')),
        ),
        (text) => {
          const node = parsePath(text);
          expect(node === undefined || typeof node.kind === 'string').toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
