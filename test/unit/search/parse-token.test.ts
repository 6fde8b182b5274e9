import { describe, expect, test } from '@jest/globals';
import { codeOf, where } from '../../support/search.ts';

describe('FHIR R4 search#token', () => {
  test.each([
    ['code=8867-4', { code: '8867-4' }],
    ['code=http://loinc.org|8867-4', { system: 'http://loinc.org', code: '8867-4' }],
    ['code=|8867-4', { system: null, code: '8867-4' }],
    ['code=http://loinc.org|', { system: 'http://loinc.org' }],
    ['code=a\\|b|c\\,d', { system: 'a|b', code: 'c,d' }],
    ['code=a\\\\|\\$x', { system: 'a\\', code: '$x' }],
    ['code=a\\b', { code: 'a\\b' }],
  ])('%s', (query, fields) => {
    expect(where(`Observation?${query}`)).toEqual({ kind: 'token', param: 'code', ...fields });
  });

  test(':not negates all alternatives together', () => {
    expect(where('Observation?status:not=final,amended')).toEqual({
      kind: 'not',
      operand: {
        kind: 'or',
        operands: [
          { kind: 'token', param: 'status', code: 'final' },
          { kind: 'token', param: 'status', code: 'amended' },
        ],
      },
    });
  });

  test.each(['code=|', 'code=a|b|c'])('%s cannot be read', (query) => {
    expect(codeOf(() => where(`Observation?${query}`))).toBe('SEARCH_INVALID_VALUE');
  });
});
