import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  LOCK_CODE_GROUPS,
  normalizeCode,
  RECOVERY_CODE_GROUPS,
  randomCode,
} from '../../factors/random-code.ts';
import { accountClass } from '../../security/account-class.ts';
import { ACR_LADDER, acrMeets, demandedAcr } from '../../security/assurance.ts';

const level = fc.constantFrom(...ACR_LADDER);

describe('TR-03107-1: levels of assurance', () => {
  test('a level meets itself and all below it, and nothing else does', () => {
    fc.assert(
      fc.property(level, level, (one, other) => {
        const rank = (acr: string): number => ACR_LADDER.indexOf(acr);
        expect(acrMeets(one, other)).toBe(rank(one) >= rank(other));
      }),
    );
  });

  test('what is no level meets nothing and is met by nothing', () => {
    fc.assert(
      fc.property(fc.string(), level, (text, acr) => {
        fc.pre(!ACR_LADDER.includes(text));
        expect(acrMeets(text, acr)).toBe(false);
        expect(acrMeets(acr, text)).toBe(false);
        expect(acrMeets(text, text)).toBe(false);
      }),
    );
  });

  test('[R-278] ORP.4.A10: one factor is for patients alone, administrators need one that resists phishing', () => {
    expect(acrMeets('urn:diga:acr:1fa-consented', demandedAcr('patient'))).toBe(true);
    expect(acrMeets('urn:diga:acr:1fa-consented', demandedAcr('staff'))).toBe(false);
    expect(acrMeets('urn:diga:acr:2fa', demandedAcr('staff'))).toBe(true);
    expect(acrMeets('urn:diga:acr:2fa', demandedAcr('admin'))).toBe(false);
    expect(acrMeets('urn:diga:acr:2fa-phr', demandedAcr('admin'))).toBe(true);
  });

  test('the strictest identity of an account makes its rules', () => {
    const as = (...classes: ('patient' | 'staff' | 'admin')[]) =>
      accountClass(classes.map((one) => ({ profile: one, membershipId: one, class: one })));
    expect(as()).toBe('patient');
    expect(as('patient', 'staff')).toBe('staff');
    expect(as('staff', 'admin', 'patient')).toBe('admin');
  });
});

describe('Codes that are shown once', () => {
  test('[R-243] have 64 random bits and more, and are found however they are typed', () => {
    for (const groups of [RECOVERY_CODE_GROUPS, LOCK_CODE_GROUPS]) {
      const codes = Array.from({ length: 2000 }, () => randomCode(groups));
      expect(new Set(codes).size).toBe(2000);
      const characters = groups.reduce((sum, length) => sum + length, 0);
      expect(characters * 5).toBeGreaterThanOrEqual(64);
      expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(32);
      for (const code of codes.slice(0, 50)) {
        expect(code.split('-').map(({ length }) => length)).toEqual([...groups]);
        const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('1', 'l')} `;
        expect(normalizeCode(typed)).toBe(code.replaceAll('-', ''));
      }
    }
  });
});
