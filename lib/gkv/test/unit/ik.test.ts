import { describe, expect, test } from '@jest/globals';
import { hasFittingIkCheckDigit, ikCheckDigit, isIk } from '../../ik.ts';

describe('Institutionskennzeichen', () => {
  test('nine digits, nothing else', () => {
    expect(isIk('123456789')).toBe(true);
    for (const text of ['12345678', '1234567890', 'IK1234567', ' 23456789', '１23456789', '']) {
      expect(isIk(text)).toBe(false);
    }
  });

  test('the ninth digit is the sum of cross-sums of digits three to eight, weighted 2 and 1', () => {
    // Public IKs of statutory insurers and of a data centre.
    for (const ik of ['101575519', '108018007', '104940005', '660500345']) {
      expect(hasFittingIkCheckDigit(ik)).toBe(true);
    }
  });

  test('test IKs in use do not fit, so the check may only warn', () => {
    expect(hasFittingIkCheckDigit('123456789')).toBe(false);
    expect(isIk('123456789')).toBe(true);
  });

  test('computing needs eight digits', () => {
    expect(() => ikCheckDigit('1234567')).toThrow(TypeError);
  });
});
