import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { acceptsRaw } from '../../../src/fhir/binary/accepts-raw.ts';
import { printPointer, readPointer } from '../../../src/fhir/binary/content-pointer.ts';
import { isMediaType } from '../../../src/fhir/binary/media-type.ts';
import { readRange } from '../../../src/fhir/binary/range.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';

describe('RFC 9110 14.1.2: ranges', () => {
  test('first-last, first-, -suffix name bytes of the content', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.nat(1_000),
        fc.integer({ min: 1, max: 1_000 }),
        (a, b, size) => {
          const [first, last] = [Math.min(a, b), Math.max(a, b)];
          const read = (header: string): unknown => {
            try {
              return readRange(header, size);
            } catch (error) {
              return isFhirError(error) ? error.status : error;
            }
          };
          const outside = first >= size;
          const end = Math.min(last, size - 1);
          expect(read(`bytes=${String(first)}-${String(last)}`)).toEqual(
            outside ? 416 : { start: first, end },
          );
          expect(read(`bytes=${String(first)}-`)).toEqual(
            outside ? 416 : { start: first, end: size - 1 },
          );
          expect(read(`bytes=-${String(last)}`)).toEqual(
            last === 0 ? 416 : { start: Math.max(0, size - last), end: size - 1 },
          );
        },
      ),
    );
  });

  test('whatever else is said counts as no range', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readRange(`x${text}`, 10)).toBeUndefined();
      }),
    );
  });
});

describe('FHIR R4 binary#rest: who gets the content', () => {
  test.each([
    ['', undefined, true],
    ['', '*/*', true],
    ['', 'image/png', true],
    ['', 'application/fhir+json', false],
    ['', 'application/json', true],
    ['_format=json', '*/*', false],
    ['', 'application/fhir+json;q=0.5, image/png', true],
    ['', 'application/fhir+json, image/png', false],
    ['', 'application/fhir+json;q=0', true],
  ])('%s Accept %s: %s', (query, accept, raw) => {
    expect(acceptsRaw(query, accept)).toBe(raw);
  });
});

describe('media types', () => {
  test.each(['image/png', 'text/plain; charset=utf-8', 'application/vnd.x+json;a="b c"'])(
    '%s is one',
    (text) => {
      expect(isMediaType(text)).toBe(true);
    },
  );

  test('what is one is safe in a header field', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        if (isMediaType(`a/b;c=${text}`)) expect(text).not.toMatch(/[\r\n\0]/);
        expect(isMediaType(`a/b\r\n${text}`)).toBe(false);
      }),
    );
  });
});

describe('pointers to content', () => {
  const secret = Buffer.alloc(32, 1);
  const pointer = { key: 'binary/bx/1', size: 5, sha256: 'abc' };

  test('are read for the Binary they were made for, and for no other', () => {
    const text = printPointer(secret, pointer);
    expect(readPointer(secret, 'x', text)).toEqual(pointer);
    expect(readPointer(secret, 'y', text)).toBeUndefined();
    expect(readPointer(Buffer.alloc(32, 2), 'x', text)).toBeUndefined();
  });

  test('a changed one is none', () => {
    const text = printPointer(secret, pointer);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.stringMatching(/^[a-z0-9]$/), (at, letter) => {
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        if (changed !== text) expect(readPointer(secret, 'x', changed)).toBeUndefined();
      }),
    );
  });
});
