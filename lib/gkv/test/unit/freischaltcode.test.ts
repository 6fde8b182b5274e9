import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BASE32_ALPHABET, base32CheckCharacter } from '../../base32check.ts';
import {
  checkFreischaltcode,
  isTestCode,
  issueFreischaltcode,
  normaliseFreischaltcode,
  prefixOf,
} from '../../freischaltcode.ts';

const base32 = fc.constantFrom(...BASE32_ALPHABET.split(''));
const payloads = fc.string({ unit: base32, minLength: 15, maxLength: 15 });

describe('Base32Check1 (Anhang 3)', () => {
  test('the check character of an empty text is the neutral A', () => {
    expect(base32CheckCharacter('')).toBe('A');
  });

  test('known check characters are computed', () => {
    expect(base32CheckCharacter('77AAAAAAAAAAADE')).toBe('V');
    expect(base32CheckCharacter('CONSECRATIO')).toBe('X');
    expect(base32CheckCharacter('DEADBEEF')).toBe('L');
  });

  test('a character outside the alphabet is a programming error', () => {
    expect(() => base32CheckCharacter('AB0')).toThrow(TypeError);
  });

  test('every single substitution of a code is detected', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const code = issueFreischaltcode(payload);
        for (let place = 0; place < code.length; place += 1) {
          for (const other of BASE32_ALPHABET) {
            if (other === code.charAt(place)) continue;
            const wrong = code.slice(0, place) + other + code.slice(place + 1);
            expect(checkFreischaltcode(wrong)).toEqual({ valid: false, reason: 'CHECK_DIGIT' });
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test('every transposition of neighbours is detected', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const code = issueFreischaltcode(payload);
        for (let place = 0; place + 1 < code.length; place += 1) {
          const [first, second] = [code.charAt(place), code.charAt(place + 1)];
          if (first === second) continue;
          const wrong = code.slice(0, place) + second + first + code.slice(place + 2);
          expect(checkFreischaltcode(wrong)).toEqual({ valid: false, reason: 'CHECK_DIGIT' });
        }
      }),
    );
  });
});

describe('Freischaltcode', () => {
  test('[R-259] typed and photographed input is equal: blanks, hyphens, dashes and case do not matter', () => {
    for (const input of [
      '77AAAAAAAAAAAAAX',
      '77aa aaaa aaaa aaax',
      '  77AA-AAAA-AAAA-AAAX\n',
      '77AA\u2013AAAA\u2011AAAA\u00adAAAX',
      '77AA\u00a0AAAA\u200bAAAA\ufeffAAAX',
    ]) {
      expect(checkFreischaltcode(input)).toEqual({ valid: true, code: '77AAAAAAAAAAAAAX' });
    }
  });

  test('letters that only Unicode raises to A-Z are not raised', () => {
    expect(normaliseFreischaltcode('aıſß')).toBe('Aıſß');
    const check = checkFreischaltcode('77aaaaaaaaaaaaſx');
    expect(check).toEqual({ valid: false, reason: 'ALPHABET', hints: [{ position: 15 }] });
  });

  test('a wrong length is told before anything else', () => {
    expect(checkFreischaltcode('')).toEqual({ valid: false, reason: 'LENGTH', length: 0 });
    expect(checkFreischaltcode('77AAAAAAAAAAAA0')).toEqual({
      valid: false,
      reason: 'LENGTH',
      length: 15,
    });
  });

  test('a code with a character too many is not cut', () => {
    const check = checkFreischaltcode('77AAAAAAAAAAAAAXA');
    expect(check).toEqual({ valid: false, reason: 'LENGTH', length: 17 });
  });

  test('input beyond any typing is refused without being looked at', () => {
    const input = '-'.repeat(1_000_000);
    expect(checkFreischaltcode(input)).toEqual({
      valid: false,
      reason: 'LENGTH',
      length: 1_000_000,
    });
  });

  test('misread characters give a hint with their place and are never replaced', () => {
    expect(checkFreischaltcode('0189AAAAAAAAAAAA')).toEqual({
      valid: false,
      reason: 'ALPHABET',
      hints: [
        { position: 1, suggestion: 'O' },
        { position: 2, suggestion: 'I' },
        { position: 3, suggestion: 'B' },
        { position: 4 },
      ],
    });
  });

  test('the prefix names the insurer, 77 the test codes', () => {
    expect(prefixOf('CHAAAAAAAAAAAAAJ')).toBe('CH');
    expect(isTestCode('77AAAAAAAAAAAAAX')).toBe(true);
    expect(isTestCode('CHAAAAAAAAAAAAAJ')).toBe(false);
  });

  test('an issued code is valid, and only fifteen characters can be completed', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const code = issueFreischaltcode(payload);
        expect(checkFreischaltcode(code)).toEqual({ valid: true, code });
      }),
    );
    expect(() => issueFreischaltcode('ABC')).toThrow(TypeError);
  });

  test('no input makes the check throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (input) => {
        expect(typeof checkFreischaltcode(input).valid).toBe('boolean');
      }),
    );
  });
});
