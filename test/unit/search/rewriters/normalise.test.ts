import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalKey } from '../../../../src/search/rewriters/canonical-key.ts';
import { normalise } from '../../../../src/search/rewriters/normalise.ts';
import { OBSERVATION, searchLeaf } from '../../../support/search-arbitraries.ts';
import { where } from '../../../support/search.ts';

describe('normalise', () => {
  test('order and repetition of parameters and alternatives do not matter', () => {
    expect(normalise(where('Observation?code=b,a,b&status=final'))).toEqual(
      normalise(where('Observation?status=final&code=a,b&code=b,a')),
    );
  });

  test('a conjunction of one is that one', () => {
    expect(
      normalise({ kind: 'and', operands: [{ kind: 'or', operands: [where('Patient?name=a')] }] }),
    ).toEqual(where('Patient?name=a'));
  });

  test('any system, no system and all codes of a system stay apart', () => {
    const asked = ['code=a', 'code=|a', 'code=a|', 'code=0', 'code=0|a'];
    const keys = asked.map((query) => canonicalKey(where(`Observation?${query}`)));
    expect(new Set(keys).size).toBe(asked.length);
  });

  test('expressions share a key only if they are equal', () => {
    fc.assert(
      fc.property(searchLeaf(OBSERVATION), searchLeaf(OBSERVATION), (a, b) => {
        let equal = true;
        try {
          expect(a).toEqual(b);
        } catch {
          equal = false;
        }
        expect(canonicalKey(a) === canonicalKey(b)).toBe(equal);
      }),
      { numRuns: 1000 },
    );
  });
});
