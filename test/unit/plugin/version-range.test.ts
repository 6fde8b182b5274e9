import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inVersionRange } from '../../../src/plugin/version-range.ts';

describe('semver ranges', () => {
  test.each([
    ['1.2.3', '^1.2.3', true],
    ['1.9.0', '^1.2.3', true],
    ['1.2.2', '^1.2.3', false],
    ['2.0.0', '^1.2.3', false],
    ['0.2.5', '^0.2.3', true],
    ['0.3.0', '^0.2.3', false],
    ['0.0.4', '^0.0.3', false],
    ['0.0.0', '^0.0.0', true],
    ['0.0.1', '^0.0.0', false],
    ['1.2.9', '~1.2.3', true],
    ['1.3.0', '~1.2.3', false],
    ['9.0.0', '>=1.2.3', true],
    ['1.2.2', '>=1.2.3', false],
    ['1.2.3', '1.2.3', true],
    ['1.2.4', '1.2.3', false],
  ])('%s in %s: %s', (version, range, expected) => {
    expect(inVersionRange(version, range)).toBe(expected);
  });

  test.each(['', '*', 'latest', '^1', '1.2', '^1.2.3-beta', '^1.2.3 || ^2.0.0', '>1.0.0'])(
    'the range "%s" is not understood',
    (range) => {
      expect(inVersionRange('1.0.0', range)).toBeUndefined();
    },
  );

  test('exact implies tilde implies caret (from 0.1.0) implies at least', () => {
    const part = fc.integer({ min: 0, max: 3 });
    const version = fc
      .tuple(part, fc.integer({ min: 1, max: 3 }), part)
      .map((parts) => parts.join('.'));
    fc.assert(
      fc.property(version, version, (actual, range) => {
        const kinds = ['', '~', '^', '>='].map((kind) => inVersionRange(actual, kind + range));
        for (let index = 1; index < kinds.length; index += 1) {
          if (kinds[index - 1] === true) expect(kinds[index]).toBe(true);
        }
      }),
    );
  });
});
