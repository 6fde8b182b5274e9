import { describe, expect, test } from '@jest/globals';
import { NONE } from '../../../../src/search/expression.ts';
import { mergeIds } from '../../../../src/search/rewriters/merge-ids.ts';
import { where } from '../../../support/search.ts';

describe('merge-ids', () => {
  test('alternatives become one list', () => {
    expect(mergeIds(where('Patient?_id=b,a,b'))).toEqual({ kind: 'id', ids: ['a', 'b'] });
  });

  test('what must hold together is the intersection', () => {
    expect(mergeIds(where('Patient?_id=a,b&_id=b,c'))).toEqual({ kind: 'id', ids: ['b'] });
    expect(mergeIds(where('Patient?_id=a&_id=b&name=x'))).toEqual(NONE);
  });
});
