import { describe, expect, test } from '@jest/globals';
import { ALL, NONE } from '../../../src/search/expression.ts';
import { parseSearch } from '../../../src/search/parse.ts';
import { parseCriteria } from '../../../src/search/parse-criteria.ts';
import { searchDefinitions } from '../../support/search-definitions.ts';
import { codeOf, OPTIONS, search, where } from '../../support/search.ts';

describe('FHIR R4 search#combining', () => {
  test('a comma is OR, a repeated parameter is AND', () => {
    expect(where('Observation?code=a,b&code=c')).toEqual({
      kind: 'and',
      operands: [
        {
          kind: 'or',
          operands: [
            { kind: 'token', param: 'code', code: 'a' },
            { kind: 'token', param: 'code', code: 'b' },
          ],
        },
        { kind: 'token', param: 'code', code: 'c' },
      ],
    });
  });

  test('nothing asked for is everything', () => {
    expect(where('Observation')).toEqual(ALL);
  });

  test('parameters without a value are ignored and do not count as understood', () => {
    expect(search('Observation?code=&status=,&_count=')).toMatchObject({
      where: ALL,
      used: [],
      count: 20,
    });
    expect(where('Observation?code=,a,')).toEqual({ kind: 'token', param: 'code', code: 'a' });
  });
});

describe('FHIR R4 search#all', () => {
  test('_id takes several ids, and :not', () => {
    expect(where('Patient?_id=1,b-2')).toMatchObject({
      kind: 'or',
      operands: [{ ids: ['1'] }, { ids: ['b-2'] }],
    });
    expect(where('Patient?_id:not=1')).toEqual({
      kind: 'not',
      operand: { kind: 'id', ids: ['1'] },
    });
    expect(codeOf(() => where('Patient?_id=a/b'))).toBe('SEARCH_INVALID_VALUE');
  });

  test('_compartment names a patient', () => {
    expect(where('Observation?_compartment=Patient/1')).toEqual({
      kind: 'compartment',
      patient: '1',
    });
    for (const value of ['1', 'Group/1', 'Patient/', 'Patient/a b', 'Practitioner/1']) {
      expect(codeOf(() => where(`Observation?_compartment=${value}`))).toBe('SEARCH_INVALID_VALUE');
    }
    expect(codeOf(() => where('Observation?_compartment:missing=true'))).toBe(
      'SEARCH_UNKNOWN_MODIFIER',
    );
  });

  test(':missing asks for presence; what every resource has is never missing', () => {
    expect(where('Patient?name:missing=true')).toEqual({
      kind: 'missing',
      param: 'name',
      missing: true,
    });
    expect(where('Patient?_id:missing=true')).toEqual(NONE);
    expect(where('Patient?_lastUpdated:missing=false')).toEqual(ALL);
    expect(codeOf(() => where('Patient?name:missing=yes'))).toBe('SEARCH_INVALID_VALUE');
  });
});

describe('FHIR R4 search#errors', () => {
  test.each([
    ['Nonsense?x=1', 'FHIR_UNKNOWN_RESOURCE_TYPE'],
    ['Patient?nonsense=1', 'SEARCH_UNKNOWN_PARAMETER'],
    ['Patient?__proto__=1', 'SEARCH_UNKNOWN_PARAMETER'],
    ['Patient?NAME=1', 'SEARCH_UNKNOWN_PARAMETER'],
    ['Patient?name:foo=x', 'SEARCH_UNKNOWN_MODIFIER'],
    ['Patient?name:exact:contains=x', 'SEARCH_UNKNOWN_MODIFIER'],
    ['Patient?name:=x', 'SEARCH_UNKNOWN_MODIFIER'],
    ['Patient?birthdate:not=2024', 'SEARCH_UNKNOWN_MODIFIER'],
    ['Patient?gender:in=x', 'SEARCH_UNKNOWN_MODIFIER'],
    ['Observation?code-value-quantity=a$1', 'SEARCH_UNSUPPORTED_PARAMETER'],
    ['Location?near=1|2', 'SEARCH_UNSUPPORTED_PARAMETER'],
  ])('%s: %s', (url, code) => {
    expect(codeOf(() => where(url))).toBe(code);
  });

  test('a lenient search leaves out what it does not know, but never a modifier', () => {
    const lenient = search(
      'Patient?nonsense=1&_has:Observation:patient:code=x&name=a&_sort=bogus,name',
      {
        lenient: true,
      },
    );
    expect(lenient.used.map(([name]) => name)).toEqual([
      '_has:Observation:patient:code',
      'name',
      '_sort',
    ]);
    expect(lenient.sort).toEqual([{ param: 'name', descending: false }]);
    expect(codeOf(() => search('Patient?name:foo=x', { lenient: true }))).toBe(
      'SEARCH_UNKNOWN_MODIFIER',
    );
    expect(codeOf(() => search('Patient?birthdate=x', { lenient: true }))).toBe(
      'SEARCH_INVALID_VALUE',
    );
  });

  test('an error never repeats the value', () => {
    const secret = 'X110411675';
    for (const name of [
      'birthdate',
      '_id',
      'general-practitioner',
      '_lastUpdated',
      'gender:missing',
    ]) {
      const value = name === 'general-practitioner' || name === '_id' ? `${secret} ` : secret;
      try {
        parseSearch(searchDefinitions, 'Patient', [[name, value]], OPTIONS);
        throw new TypeError(`${name} was read`);
      } catch (error) {
        expect(error).toMatchObject({ code: 'SEARCH_INVALID_VALUE' });
        expect(JSON.stringify(error)).not.toContain(secret);
        expect(String(error)).not.toContain(secret);
      }
    }
  });

  test('a long parameter name is cut in the error', () => {
    try {
      parseSearch(searchDefinitions, 'Patient', [['x'.repeat(70_000), '1']], OPTIONS);
      throw new TypeError('it was read');
    } catch (error) {
      expect(error).toMatchObject({ code: 'SEARCH_UNKNOWN_PARAMETER' });
      expect(String(error).length).toBeLessThan(300);
    }
  });
});

describe('bounds of a search', () => {
  test('alternatives are counted over all parameters', () => {
    const list = (n: number): string => Array.from({ length: n }, (_, i) => `c${i}`).join(',');
    expect(
      codeOf(() => where(`Observation?code=${list(250)}&status=${list(250)}`)),
    ).toBeUndefined();
    expect(codeOf(() => where(`Observation?code=${list(250)}&status=${list(251)}`))).toBe(
      'SEARCH_TOO_COMPLEX',
    );
  });

  test.each(['\u0000', 'a\u0001', '\uffff', '\ud800', 'x'.repeat(2049)])(
    'text that FHIR cannot contain is refused',
    (text) => {
      const parameters = [['code', text]] as const;
      expect(codeOf(() => parseSearch(searchDefinitions, 'Observation', parameters, OPTIONS))).toBe(
        'SEARCH_INVALID_VALUE',
      );
    },
  );
});

describe('criteria of conditional URLs and subscriptions', () => {
  test('mean what the same search means', () => {
    const options = { maxCount: 10, defaultCount: 5 };
    expect(
      parseCriteria(searchDefinitions, 'Patient?name=a%2Cb&gender=male', options).where,
    ).toEqual(where('Patient?name=a%2Cb&gender=male'));
    expect(parseCriteria(searchDefinitions, 'Patient', options).where).toEqual(ALL);
    expect(codeOf(() => parseCriteria(searchDefinitions, 'Nope?x=1', options))).toBe(
      'FHIR_UNKNOWN_RESOURCE_TYPE',
    );
  });
});
