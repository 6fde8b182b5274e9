import { describe, expect } from '@jest/globals';
import { base32CheckCharacter } from '../../base32check.ts';
import { checkFreischaltcode, normaliseFreischaltcode } from '../../freischaltcode.ts';
import { FEHLERNUMMERN, TESTCODE_GUELTIG } from '../../pruefung-fehlernummer.ts';
import { officialTest } from '../support/official-test.ts';
import { sharedText } from '../support/shared-data.ts';

interface Vectors {
  readonly checkDigits: Readonly<Record<string, string>>;
  readonly validCodes: readonly string[];
  readonly invalidCodes: readonly string[];
}

function vectors(): Vectors {
  return JSON.parse(sharedText('vectors/base32check.json')) as Vectors;
}

describe('Base32Check1 (Anhang 3), published vectors', () => {
  officialTest('check characters of texts of every length', () => {
    const { checkDigits } = vectors();
    expect(Object.keys(checkDigits).length).toBeGreaterThan(20);
    for (const [payload, check] of Object.entries(checkDigits)) {
      expect([payload, base32CheckCharacter(payload)]).toEqual([payload, check]);
    }
  });

  officialTest('valid codes are valid, the test codes of Anhang 6 among them', () => {
    const { validCodes } = vectors();
    for (const code of validCodes) {
      expect(checkFreischaltcode(code)).toEqual({ valid: true, code });
    }
    const testcodes = Object.values(FEHLERNUMMERN).map((definition) => definition.testcode);
    expect(validCodes).toEqual(expect.arrayContaining([TESTCODE_GUELTIG, ...testcodes]));
  });

  officialTest('invalid codes are invalid, unless only the case differs', () => {
    for (const code of vectors().invalidCodes) {
      const onlyCase = normaliseFreischaltcode(code) === TESTCODE_GUELTIG;
      expect([code, checkFreischaltcode(code).valid]).toEqual([code, onlyCase]);
    }
  });
});
