import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { linearRegex } from '../../../src/terminology/linear-regex.ts';

describe('regular expressions of filters', () => {
  test.each([
    ['[A-Z]{2}', 'DE', true],
    ['[A-Z]{2}', 'DEU', false],
    ['a|bc', 'bc', true],
    ['(?:ab)+', 'abab', true],
    ['\\d+\\.\\d*', '12.', true],
  ])(
    'FHIR R4 valueset-filter-operator: %s matches the whole of %s: %s',
    (source, code, expected) => {
      expect(linearRegex(source)?.(code)).toBe(expected);
    },
  );

  test.each([
    '(a+)+b',
    '(a|a)*b',
    '(a*)*',
    '((ab)?c)+',
    '(?=a)b',
    '(a)\\1',
    '(?<n>a)\\k<n>',
    'a+b+c+',
    'a{1,}b*c*',
    'a{1000}',
    '[',
    'x'.repeat(201),
    'a+)+(?:b',
    `${'a?'.repeat(60)}${'a'.repeat(60)}`,
    `${'a{0,99}'.repeat(25)}b`,
    `${'(a|aa)'.repeat(30)}b`,
  ])('an expression that could take long, or none at all, is not taken: %s', (source) => {
    expect(linearRegex(source)).toBeUndefined();
  });

  test('whatever is taken answers at once', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '.',
      '(',
      ')',
      '(?:',
      '*',
      '+',
      '?',
      '|',
      '{2}',
      '{2,}',
      '{0,9}',
      '(a|aa)',
      'a?',
      '[ab]',
      '\\w',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (parts) => {
        const matches = linearRegex(parts.join(''));
        const start = performance.now();
        matches?.(`${'a'.repeat(250)}!`);
        expect(performance.now() - start).toBeLessThan(250);
      }),
      { numRuns: 2_000 },
    );
  });
});
