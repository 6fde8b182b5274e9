import { describe, expect, test } from '@jest/globals';
import { codeOf, search } from '../../support/search.ts';

describe('FHIR R4 search#count', () => {
  test.each([
    ['', 20],
    ['_count=5', 5],
    ['_count=5000', 100],
    ['_count=0', 0],
  ])('%s', (query, count) => {
    expect(search(`Patient?${query}`).count).toBe(count);
  });

  test.each(['-1', 'x', '1.5', '1e3', '99999999999'])('_count=%s is refused', (value) => {
    expect(codeOf(() => search(`Patient?_count=${value}`))).toBe('SEARCH_INVALID_CONTROL');
  });

  test('asking for no entries asks for the total', () => {
    expect(search('Patient?_count=0')).toMatchObject({ total: 'accurate' });
    expect(search('Patient?_summary=count&_count=7')).toMatchObject({
      count: 0,
      total: 'accurate',
    });
  });
});

describe('FHIR R4 search#sort', () => {
  test('keys in order, minus for descending, repeated ones once', () => {
    expect(search('Patient?_sort=-birthdate,name,_id,-name').sort).toEqual([
      { param: 'birthdate', descending: true },
      { param: 'name', descending: false },
      { param: '_id', descending: false },
    ]);
  });

  test.each([
    ['bogus', 'SEARCH_UNKNOWN_PARAMETER'],
    ['name,,_id', 'SEARCH_INVALID_CONTROL'],
    ['-', 'SEARCH_INVALID_CONTROL'],
    ['_profile', 'SEARCH_INVALID_CONTROL'],
    ['gender', 'SEARCH_INVALID_CONTROL'],
    ['-general-practitioner', 'SEARCH_INVALID_CONTROL'],
    ['name,birthdate,family,given,_id,_lastUpdated', 'SEARCH_INVALID_CONTROL'],
  ])('_sort=%s: %s', (value, code) => {
    expect(codeOf(() => search(`Patient?_sort=${value}`))).toBe(code);
  });
});

describe('FHIR R4 search#return', () => {
  test('total, summary, elements and page are read and change no condition', () => {
    const request = search(
      'Patient?_total=estimate&_summary=text&_elements=id,name&_cursor=ab-_.9&_format=json&_pretty=true',
    );
    expect(request).toMatchObject({
      where: { kind: 'all' },
      total: 'estimate',
      summary: 'text',
      elements: ['id', 'name'],
      cursor: 'ab-_.9',
    });
  });

  test('the page is no part of what was understood, so that links can name another', () => {
    expect(search('Patient?name=a&_cursor=x&_format=json').used).toEqual([
      ['name', 'a'],
      ['_format', 'json'],
    ]);
  });

  test.each([
    ['_total=many', 'SEARCH_INVALID_CONTROL'],
    ['_summary=yes', 'SEARCH_INVALID_CONTROL'],
    ['_elements=a-b', 'SEARCH_INVALID_CONTROL'],
    ['_cursor=a%20b', 'SEARCH_INVALID_PAGE'],
    [`_cursor=${'a'.repeat(5000)}`, 'SEARCH_INVALID_PAGE'],
  ])('%s is refused', (query, code) => {
    expect(codeOf(() => search(`Patient?${query}`))).toBe(code);
  });

  test('a control parameter that stands twice is refused, because two readers could choose differently', () => {
    expect(codeOf(() => search('Patient?_count=1&_count=2'))).toBe('SEARCH_INVALID_CONTROL');
    expect(codeOf(() => search('Patient?_sort=name&_sort=_id'))).toBe('SEARCH_INVALID_CONTROL');
  });
});
