import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dateInterval } from '../../../src/search/parse/date-interval.ts';
import { codeOf, where } from '../../support/search.ts';

const iso = (text: string): number => Date.parse(text);

describe('FHIR R4 search#date', () => {
  test.each([
    ['2024', '2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    ['2024-02', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['2024-12', '2024-12-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['0099-12-31', '0099-12-31T00:00:00Z', '0100-01-01T00:00:00Z'],
    ['2024-05-01T10:30', '2024-05-01T10:30:00Z', '2024-05-01T10:31:00Z'],
    ['2024-05-01T10:30:05Z', '2024-05-01T10:30:05Z', '2024-05-01T10:30:06Z'],
    ['2024-05-01T10:30:05+02:00', '2024-05-01T08:30:05Z', '2024-05-01T08:30:06Z'],
    ['2024-05-01T10:30:05-03:30', '2024-05-01T14:00:05Z', '2024-05-01T14:00:06Z'],
    ['2024-05-01T10:30:05.1Z', '2024-05-01T10:30:05.100Z', '2024-05-01T10:30:05.200Z'],
    ['2024-05-01T10:30:05.123456Z', '2024-05-01T10:30:05.123Z', '2024-05-01T10:30:05.124Z'],
  ])('%s covers [%s, %s)', (text, low, high) => {
    expect(dateInterval(text)).toEqual({ low: iso(low), high: iso(high) });
  });

  test('every millisecond lies in its own interval at each precision', () => {
    const instants = fc.date({
      min: new Date('0001-01-01'),
      max: new Date('9999-12-30'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.constantFrom(4, 7, 10, 16, 19, 23), (date, length) => {
        const text = date.toISOString().slice(0, length) + (length > 10 ? 'Z' : '');
        const interval = dateInterval(text);
        expect(interval?.low).toBeLessThanOrEqual(date.getTime());
        expect(interval?.high).toBeGreaterThan(date.getTime());
      }),
    );
  });

  test.each([
    '',
    '24',
    '2024-13',
    '2024-00',
    '2023-02-29',
    '2024-04-31',
    '2024-05-00',
    '0000',
    '2024-05-01T10',
    '2024-05-01T24:00',
    '2024-05-01T10:60',
    '2024-05-01T10:00:61Z',
    '2024-05-01T10:00:00+15:00',
    '2024-05-01T10:00:00.Z',
    '2024-5-1',
    'today',
    '2024-05-01Z',
  ])('%s is no date', (text) => {
    expect(dateInterval(text)).toBeUndefined();
  });

  test('a prefix is cut off, a plus sign that became a space is understood', () => {
    expect(where('Observation?date=ge2024-05-01T10:30:00+02:00')).toEqual({
      kind: 'date',
      param: 'date',
      comparator: 'ge',
      low: iso('2024-05-01T08:30:00Z'),
      high: iso('2024-05-01T08:30:01Z'),
    });
  });

  test('ap widens by the precision of the value', () => {
    expect(where('Observation?date=ap2024-05-02')).toMatchObject({
      comparator: 'ap',
      low: iso('2024-05-01T00:00:00Z'),
      high: iso('2024-05-04T00:00:00Z'),
    });
  });

  test.each(['date=xx2024', 'date=ge', 'date=gt2024-99', '_lastUpdated=yesterday'])(
    '%s cannot be read',
    (query) => {
      expect(codeOf(() => where(`Observation?${query}`))).toBe('SEARCH_INVALID_VALUE');
    },
  );
});
