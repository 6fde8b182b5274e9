import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { base32CheckCharacter, completeIk, hasValidCheckCharacter } from '../../check-digit.ts';
import { krankenkassen, prefixesOf } from '../../sandbox-insurers.ts';
import { testCodes } from '../../verification/fehler.ts';
import { kasse } from '../support/client.ts';

describe('Anhang 3: check character of a Freischaltcode', () => {
  test('all seven official test codes have the right one', () => {
    expect(Object.keys(testCodes)).toHaveLength(7);
    expect(Object.keys(testCodes).filter((code) => !hasValidCheckCharacter(code))).toEqual([]);
  });

  test.each(['ABCDEFGHIJKLMNOP', 'AXXYYZZAABBCCDD7', '77aaaaaaaaaaaaax', '77AAAAAAAAAAAA1X', ''])(
    '%j is refused',
    (code) => expect(hasValidCheckCharacter(code)).toBe(false),
  );

  test('finds every single substitution and every exchange of neighbours', () => {
    const symbol = fc.constantFrom(...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'));
    fc.assert(
      fc.property(
        fc.array(symbol, { minLength: 15, maxLength: 15 }),
        fc.nat(14),
        symbol,
        (payload, at, other) => {
          const code = [...payload, base32CheckCharacter(payload.join(''))];
          expect(hasValidCheckCharacter(code.join(''))).toBe(true);
          const substituted = code.with(at, other).join('');
          expect(hasValidCheckCharacter(substituted)).toBe(substituted === code.join(''));
          const exchanged = code
            .with(at, code[at + 1] ?? '')
            .with(at + 1, code[at] ?? '')
            .join('');
          expect(hasValidCheckCharacter(exchanged)).toBe(exchanged === code.join(''));
        },
      ),
    );
  });
});

describe('insurers of the sandbox', () => {
  test('every IK has its check digit, every prefix is there once, and none is 77', () => {
    for (const { kostentraegerkennung, abrechnungsstelle } of krankenkassen) {
      expect(completeIk(kostentraegerkennung.slice(0, 8))).toBe(kostentraegerkennung);
      expect(completeIk(abrechnungsstelle.ik.slice(0, 8))).toBe(abrechnungsstelle.ik);
    }
    const prefixes = krankenkassen.map(({ kostentraegerkuerzel }) => kostentraegerkuerzel);
    expect(new Set(prefixes).size).toBe(prefixes.length);
    expect(prefixes).not.toContain('77');
  });

  test('a successor answers for the codes of its predecessor', () => {
    expect(prefixesOf(kasse('SA'))).toEqual(['SA', 'SE']);
    expect(prefixesOf(kasse('SB'))).toEqual(['SB']);
  });
});
