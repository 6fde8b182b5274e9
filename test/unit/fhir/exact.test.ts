import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseExact } from '../../../src/json/exact.ts';

const print = (text: string): string => JSON.stringify(parseExact(text).exact);

const digits = (min: number, max: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max })
    .map((list) => list.join(''));

/** Any number that JSON can write. */
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      fc.constant('0'),
      fc
        .tuple(fc.integer({ min: 1, max: 9 }), digits(0, 25))
        .map(([first, rest]) => `${String(first)}${rest}`),
    ),
    fc.oneof(
      fc.constant(''),
      digits(1, 25).map((text) => `.${text}`),
      fc.nat(9).map((zeros) => `.${'0'.repeat(zeros)}1`),
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      fc
        .tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), digits(1, 3))
        .map((parts) => parts.join('')),
    ),
  )
  .map((parts) => parts.join(''));

const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    number,
    fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
    fc.constantFrom('true', 'false', 'null', '"1.10"', '"\\",1.10"', '"\\\\"', '""'),
    fc.array(tie('json'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(tie('json'), { maxLength: 4 })
      .map((items) => `{${items.map((item, at) => `"m${String(at)}":${item}`).join(',')}}`),
  ),
}));

describe('FHIR R4 datatypes#decimal: the precision of a decimal is kept', () => {
  test('whatever the number, text in is text out', () => {
    fc.assert(
      fc.property(number, (text) => {
        expect(print(`{"value":${text}}`)).toBe(`{"value":${text}}`);
      }),
      { numRuns: 2000 },
    );
  });

  test('wherever the numbers stand', () => {
    fc.assert(
      fc.property(json, (text) => {
        expect(print(text)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    '1.10',
    '-0',
    '-0.0',
    '1e2',
    '1E+2',
    '0.0000001',
    '-0.00000012',
    '12345678901234567890',
    '1234567890.1234567',
    '9007199254740993',
    '1e400',
    '0.1000000000000000055511151231257827',
  ])('%s', (text) => {
    expect(print(`[1,{"a":${text}},"${text}",${text}]`)).toBe(
      `[1,{"a":${text}},"${text}",${text}]`,
    );
  });

  test('what prints as it was written stays one tree', () => {
    const { value, exact } = parseExact('{"a":[1,0,-1.5,100,123456789012345,0.000001],"b":"1.10"}');
    expect(exact).toBe(value);
  });

  test('a string is never taken for a number, not even where a name stands twice', () => {
    expect(print('{"a":1.10,"a":"1.10"}')).toBe('{"a":"1.10"}');
    expect(print('{"a":"1.10","a":1.10}')).toBe('{"a":1.10}');
    expect(print('{"__proto__":1.10,"b":{"__proto__":"1.10"}}')).toBe(
      '{"__proto__":1.10,"b":{"__proto__":"1.10"}}',
    );
  });

  test('ten megabytes of digits are kept, and exhaust no stack', () => {
    const text = `{"a":0.${'7'.repeat(10_000_000)}}`;
    expect(print(text) === text).toBe(true);
    expect(parseExact(`{"a":${'9'.repeat(10_000_000)}}`).value).toEqual({ a: Infinity });
  });

  test('sixteen megabytes of numbers cost little more than their parsing', () => {
    const text = `[${'0,'.repeat(8_000_000)}1.0]`;
    const started = performance.now();
    JSON.parse(text);
    const parsing = performance.now() - started;
    parseExact(text);
    const both = performance.now() - started - parsing;
    // A reviver took forty times as long.
    expect(both).toBeLessThan(12 * Math.max(parsing, 100));
  });

  test('more exact numbers than memory is good for are refused', () => {
    expect(() => parseExact(`[${'1.0,'.repeat(250_000)}1.0]`)).toThrow(
      expect.objectContaining({ code: 'FHIR_INVALID_JSON' }),
    );
    expect(() => parseExact(`[${'1.0,'.repeat(249_999)}1.0]`)).not.toThrow();
  });
});
