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

  test(':text is part of a text, :of-type the type of an identifier and its value', () => {
    expect(where('Observation?code:text=Gr%C3%B6%C3%9Fe')).toEqual({
      kind: 'token-text',
      param: 'code',
      value: 'grosse',
    });
    expect(where('Patient?identifier:of-type=http://s|MR|a\\|b')).toEqual({
      kind: 'uri',
      param: 'identifier:of-type',
      value: 'http://s\u0000MR\u0000a|b',
    });
  });

  test.each([
    'Patient?identifier:of-type=MR|1',
    'Patient?identifier:of-type=s|MR|',
    'Observation?code:text=+',
    `Observation?code:text=${'x'.repeat(201)}`,
  ])('%s cannot be read', (url) => {
    expect(codeOf(() => where(url))).toBe('SEARCH_INVALID_VALUE');
  });

  test('a column of the store has no words', () => {
    expect(codeOf(() => where('Patient?_id:text=x'))).toBe('SEARCH_UNKNOWN_MODIFIER');
    expect(codeOf(() => where('Patient?_id:of-type=a|b|c'))).toBe('SEARCH_UNKNOWN_MODIFIER');
  });
});
