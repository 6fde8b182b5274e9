import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Filter,
  type FilterComparison,
  parseFilterGrammar,
} from '../../../src/search/parse/filter-grammar.ts';
import { codeOf, where } from '../../support/search.ts';

const filter = (text: string): string => `_filter=${encodeURIComponent(text)}`;

describe('FHIR R4 search_filter', () => {
  test('comparisons become the conditions that parameters become', () => {
    expect(where(`Patient?${filter('gender eq male')}`)).toEqual(where('Patient?gender=male'));
    expect(where(`Patient?${filter('birthdate ge 2024-02')}`)).toEqual(
      where('Patient?birthdate=ge2024-02'),
    );
    expect(where(`Patient?${filter('name co "Mül"')}`)).toEqual(where('Patient?name:contains=Mül'));
    expect(where(`Patient?${filter('name pr false')}`)).toEqual(where('Patient?name:missing=true'));
    expect(where(`Observation?${filter('code eq http://loinc.org|1234-5')}`)).toEqual(
      where('Observation?code=http://loinc.org|1234-5'),
    );
    expect(where(`Observation?${filter('value-quantity gt 5||mg')}`)).toEqual(
      where('Observation?value-quantity=gt5||mg'),
    );
    expect(where(`Observation?${filter('subject:Patient.gender eq male')}`)).toEqual(
      where('Observation?subject:Patient.gender=male'),
    );
  });

  test('a text may hold what separates values elsewhere', () => {
    expect(where(`Patient?${filter('name eq "a,b|c$d \\"e\\" (f)"')}`)).toEqual({
      kind: 'string',
      param: 'name',
      mode: 'equals',
      value: 'a,b|c$d "e" (f)',
    });
  });

  test('a condition in brackets is about what the path leads to', () => {
    expect(where(`Observation?${filter('patient[gender eq male].name sw m')}`)).toEqual({
      kind: 'chain',
      param: 'patient',
      target: 'Patient',
      where: {
        kind: 'and',
        operands: [
          { kind: 'token', param: 'gender', code: 'male' },
          { kind: 'string', param: 'name', mode: 'starts', value: 'm' },
        ],
      },
    });
  });

  test('ne finds what has a value and none that is equal', () => {
    expect(where(`Patient?${filter('gender ne male')}`)).toEqual({
      kind: 'and',
      operands: [
        { kind: 'missing', param: 'gender', missing: false },
        { kind: 'not', operand: { kind: 'token', param: 'gender', code: 'male' } },
      ],
    });
  });

  test.each([
    ['', 'name eq "x" and', 'SEARCH_INVALID_FILTER'],
    ['', '(name eq "x"', 'SEARCH_INVALID_FILTER'],
    ['', 'name eq "x")', 'SEARCH_INVALID_FILTER'],
    ['', 'name eq "x', 'SEARCH_INVALID_FILTER'],
    ['', 'name eq "\\q"', 'SEARCH_INVALID_FILTER'],
    ['', 'name is "x"', 'SEARCH_INVALID_FILTER'],
    ['', 'name eq', 'SEARCH_INVALID_FILTER'],
    ['', 'name', 'SEARCH_INVALID_FILTER'],
    ['', 'not name eq "x"', 'SEARCH_INVALID_FILTER'],
    ['', 'name gt "x"', 'SEARCH_INVALID_FILTER'],
    ['', 'gender co male', 'SEARCH_INVALID_FILTER'],
    ['', 'name pr yes', 'SEARCH_INVALID_FILTER'],
    ['', 'organization[name eq "x"] eq y', 'SEARCH_INVALID_FILTER'],
    ['', 'nonsense eq x', 'SEARCH_UNKNOWN_PARAMETER'],
    ['', 'birthdate eq x', 'SEARCH_INVALID_VALUE'],
    ['', 'gender.name eq x', 'SEARCH_INVALID_VALUE'],
  ])('%s%s: %s', (_, text, code) => {
    expect(codeOf(() => where(`Patient?${filter(text)}`))).toBe(code);
  });

  test('it is bounded', () => {
    const deep = `${'('.repeat(40)}name eq x${')'.repeat(40)}`;
    expect(codeOf(() => where(`Patient?${filter(deep)}`))).toBe('SEARCH_INVALID_FILTER');
    const long = Array.from({ length: 101 }, () => 'name eq x').join(' or ');
    expect(codeOf(() => where(`Patient?${filter(long)}`))).toBe('SEARCH_INVALID_FILTER');
  });
});

const name = fc.constantFrom('name', 'value-quantity', '_id', 'subject:Patient');
const comparison = fc.record({
  kind: fc.constant('compare' as const),
  path: fc.array(fc.record({ name }), { minLength: 1, maxLength: 3 }),
  operator: fc.constantFrom('eq', 'ne', 'co', 'pr', 'ap', 'sb'),
  value: fc.string({ unit: 'grapheme', maxLength: 8 }),
});
const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    comparison,
    tie('tree').map((operand) => ({ kind: 'not' as const, operand })),
    fc.record({ kind: fc.constantFrom('and', 'or'), left: tie('tree'), right: tie('tree') }),
  ),
})).tree;

type Tree =
  | Omit<FilterComparison, 'quoted' | 'position'>
  | { readonly kind: 'not'; readonly operand: Tree }
  | { readonly kind: 'and' | 'or'; readonly left: Tree; readonly right: Tree };

function print(node: Tree): string {
  switch (node.kind) {
    case 'compare': {
      const path = node.path.map((step) => step.name).join('.');
      return `${path} ${node.operator} ${JSON.stringify(node.value)}`;
    }
    case 'not':
      return `not (${print(node.operand)})`;
    default:
      return `(${print(node.left)} ${node.kind} ${print(node.right)})`;
  }
}

function bare(node: Filter): Tree {
  switch (node.kind) {
    case 'compare': {
      const { kind, path, operator, value } = node;
      return { kind, path, operator, value };
    }
    case 'not':
      return { kind: 'not', operand: bare(node.operand) };
    default:
      return { kind: node.kind, left: bare(node.left), right: bare(node.right) };
  }
}

describe('FHIR R4 search_filter#bnf', () => {
  test('what is printed is read back, whatever stands in the texts', () => {
    fc.assert(
      fc.property(tree, (node) => expect(bare(parseFilterGrammar(print(node)))).toEqual(node)),
    );
  });

  test('and and or are read from left to right', () => {
    const text = 'name eq "1" or name eq "2" and name eq "3"';
    expect(bare(parseFilterGrammar(text))).toEqual(
      bare(parseFilterGrammar(`(name eq "1" or name eq "2") and name eq "3"`)),
    );
  });

  test('any text is read or refused with the position, and fast', () => {
    const pieces = fc.constantFrom(
      '(',
      ')',
      '[',
      ']',
      '"',
      '\\',
      ' ',
      'not',
      'and',
      'eq',
      'name',
      '.',
      'x',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
        ),
        (text) => {
          const code = codeOf(() => parseFilterGrammar(text));
          expect(code === undefined || code === 'SEARCH_INVALID_FILTER').toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
