import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDateTime } from '../../../src/fhir/validation/date-time.ts';

describe('FHIR R4 datatypes#dateTime', () => {
  test.each([
    ['2024', '2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    ['2024-12', '2024-12-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['1969-12-31', '1969-12-31T00:00:00Z', '1970-01-01T00:00:00Z'],
    ['2024-05-06T07:08:09Z', '2024-05-06T07:08:09Z', '2024-05-06T07:08:10Z'],
    ['2024-05-06T07:08:09.5+02:00', '2024-05-06T05:08:09.500Z', '2024-05-06T05:08:09.600Z'],
    ['2024-05-06T07:08:09.12345-14:00', '2024-05-06T21:08:09.123Z', '2024-05-06T21:08:09.124Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z', '2017-01-01T00:00:01Z'],
  ])('%s covers its precision', (text, low, high) => {
    expect(parseDateTime(text)).toMatchObject({ low: Date.parse(low), high: Date.parse(high) });
  });

  test.each([
    '',
    '0000',
    '24',
    '2024-',
    '2024-13',
    '2024-00',
    '2024-2',
    '2023-02-29',
    '1900-02-29',
    '2024-04-31',
    '2024-01-00',
    '2024-01-01T',
    '2024-01-01T10',
    '2024-01-01T10:00',
    '2024-01-01T24:00:00Z',
    '2024-01-01T10:60:00Z',
    '2024-01-01T10:00:61Z',
    '2024-01-01T10:00:00.Z',
    '2024-01-01T10:00:00+14:01',
    '2024-01-01T10:00:00+1:00',
    '2024-01-01 10:00:00Z',
    '2024-01-01T10:00:00Z ',
    '２０２４',
  ])('%p is no date', (text) => {
    expect(parseDateTime(text)).toBeUndefined();
  });

  test('agrees with the calendar of the platform for every instant', () => {
    const instants = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, (instant) => {
        const text = instant.toISOString();
        expect(parseDateTime(text)?.low).toBe(instant.getTime());
        expect(parseDateTime(text.slice(0, 10))?.low).toBe(
          Date.parse(`${text.slice(0, 10)}T00:00:00Z`),
        );
      }),
    );
  });

  test('reads any text without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9TZ:+.-]{0,30}$/)), (text) => {
        const parsed = parseDateTime(text);
        if (parsed !== undefined) expect(parsed.low).toBeLessThan(parsed.high);
      }),
    );
  });
});
