import { describe, expect, test } from '@jest/globals';
import { parseQuery } from '../../../src/search/parse-query.ts';
import { codeOf } from '../../support/search.ts';

describe('application/x-www-form-urlencoded', () => {
  test('names and values are decoded in their order, repeated names kept', () => {
    expect(parseQuery('?code=a%7Cb&date=ge2024&code=c&name=J%C3%BCrgen+M')).toEqual([
      ['code', 'a|b'],
      ['date', 'ge2024'],
      ['code', 'c'],
      ['name', 'Jürgen M'],
    ]);
  });

  test('only the first equals sign separates; empty parts and missing values are tolerated', () => {
    expect(parseQuery('a=b=c&&d&e=')).toEqual([
      ['a', 'b=c'],
      ['d', ''],
      ['e', ''],
    ]);
    expect(parseQuery('')).toEqual([]);
  });

  test.each(['name=%', 'name=%zz', 'name=%C3', '%ff=x'])('%s is refused', (query) => {
    expect(codeOf(() => parseQuery(query))).toBe('SEARCH_INVALID_CONTROL');
  });

  test('more parameters than a search may have are refused before they are decoded', () => {
    expect(parseQuery('a=1&'.repeat(499))).toHaveLength(499);
    expect(codeOf(() => parseQuery('a=1&'.repeat(600)))).toBe('SEARCH_TOO_COMPLEX');
  });
});
