import { describe, expect, test } from '@jest/globals';
import { parseDecimal } from '../../../src/search/parse/decimal-interval.ts';
import { codeOf, where } from '../../support/search.ts';

describe('FHIR R4 search#number', () => {
  test.each([
    ['100', 99.5, 100.5],
    ['100.00', 99.995, 100.005],
    ['1e2', 95, 105],
    ['5.4', 5.35, 5.45],
    ['0.1', 0.05, 0.15],
    ['-5.4', -5.45, -5.35],
    ['0', -0.5, 0.5],
  ])('%s covers [%d, %d)', (text, low, high) => {
    expect(parseDecimal(text)).toEqual({ value: Number(text), low, high });
  });

  test('precision finer than a double still covers the number', () => {
    for (const text of ['100000000000000000000', '1e-400', '0.10000000000000000000001']) {
      const { value, low, high } = parseDecimal(text) ?? { value: 0, low: 0, high: 0 };
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThan(value);
    }
  });

  test.each(['', '.5', '5.', '1e', '0x10', 'NaN', 'Infinity', '1e999', '1_000', '+1'])(
    '%s is no decimal',
    (text) => {
      expect(parseDecimal(text)).toBeUndefined();
    },
  );

  test('eq and ne ask about the precision, other prefixes about the exact number', () => {
    expect(where('RiskAssessment?probability=0.8')).toMatchObject({
      comparator: 'eq',
      low: 0.75,
      high: 0.85,
    });
    expect(where('RiskAssessment?probability=ne0.8')).toMatchObject({ low: 0.75, high: 0.85 });
    for (const prefix of ['gt', 'lt', 'ge', 'le', 'sa', 'eb']) {
      expect(where(`RiskAssessment?probability=${prefix}0.8`)).toEqual({
        kind: 'number',
        param: 'probability',
        comparator: prefix,
        low: 0.8,
        high: 0.8,
      });
    }
    expect(where('RiskAssessment?probability=ap100')).toMatchObject({ low: 90, high: 110 });
  });
});

describe('FHIR R4 search#quantity', () => {
  test.each([
    ['5.4', {}],
    ['5.4|http://unitsofmeasure.org|Unfug', { system: 'http://unitsofmeasure.org', unit: 'Unfug' }],
    ['5.4|http://unitsofmeasure.org|[pH]', { system: 'http://unitsofmeasure.org', unit: '[pH]' }],
    ['5.4|urn:units|mg', { system: 'urn:units', unit: 'mg' }],
    ['5.4||mg', { unit: 'mg' }],
  ])('%s', (value, unit) => {
    expect(where(`Observation?value-quantity=${value}`)).toEqual({
      kind: 'quantity',
      param: 'value-quantity',
      comparator: 'eq',
      low: 5.35,
      high: 5.45,
      ...unit,
    });
  });

  test.each([
    ['5.4|http://unitsofmeasure.org|mg', 0.00535, 0.00545, 'g'],
    ['37|http://unitsofmeasure.org|Cel', 309.65, 310.65, 'K'],
    ['le98.6|http://unitsofmeasure.org|[degF]', 310.15, 310.15, 'K'],
    ['ap100|http://unitsofmeasure.org|mg', 0.09, 0.11, 'g'],
    ['5|http://unitsofmeasure.org|/l', 4500, 5500, 'm-3'],
  ])('%s is asked for in base units', (value, low, high, canonical) => {
    expect(where(`Observation?value-quantity=${value}`)).toMatchObject({ low, high, canonical });
  });

  test.each(['5.4|mg', '5.4||', '5.4|s|', '|s|mg', '5.4|a|b|c', 'x||mg'])(
    '%s cannot be read',
    (value) => {
      expect(codeOf(() => where(`Observation?value-quantity=${value}`))).toBe(
        'SEARCH_INVALID_VALUE',
      );
    },
  );
});
