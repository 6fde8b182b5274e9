import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { redactor } from '../../../src/bots/redact.ts';

describe('redaction of secrets', () => {
  test('every occurrence is replaced, the longer secret first', () => {
    const redact = redactor({ SHORT: 'abc', LONG: 'abcdef', EMPTY: '' });
    expect(redact('abcdef abc abcabc')).toBe(
      '[secret LONG] [secret SHORT] [secret SHORT][secret SHORT]',
    );
  });

  test('no text keeps the secret', () => {
    const secret = fc.string({ minLength: 8 }).filter((text) => !'[secret A]'.includes(text));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        // Replaced text and its surroundings could spell a secret anew only by chance of brackets.
        fc.pre(!/[[\] ]/.test(value));
        expect(redactor({ A: value })(before + value + after)).not.toContain(value);
      }),
    );
  });
});
