import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { prettyJson } from '../../../src/json/pretty.ts';

describe('FHIR R4 http#parameters: _pretty', () => {
  test('is what JSON.stringify prints with two spaces', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        const expected = JSON.stringify(value, undefined, 2);
        expect(prettyJson(JSON.stringify(value))).toBe(expected);
        expect(prettyJson(expected)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('numbers keep their digits', () => {
    expect(prettyJson('{"a":[1.10,1e-3],"b":{}}')).toBe(
      '{\n  "a": [\n    1.10,\n    1e-3\n  ],\n  "b": {}\n}',
    );
  });
});
