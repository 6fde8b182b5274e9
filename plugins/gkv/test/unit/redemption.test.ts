import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { issueFreischaltcode } from '../../../../lib/gkv/index.ts';
import { isFhirError } from '../../../../src/plugin/sdk.ts';
import { priceOf, vatOf } from '../../billing/price-table.ts';
import type { PriceConfig } from '../../config.ts';
import { entitlementPeriod } from '../../redemption/entitlement-period.ts';
import { readCode } from '../../redemption/read-code.ts';
import { refusalError } from '../../redemption/redemption-answer.ts';

const call = (...parameter: object[]) =>
  readCode({ resourceType: 'Parameters', parameter } as Parameters<typeof readCode>[0]);

describe('the parameter code', () => {
  test('is taken under either name, and a claim of the app that it is validated counts for nothing', () => {
    const code = issueFreischaltcode('SAAAAAAAAAAAAAA');
    expect(call({ name: 'code', valueString: code })).toBe(code);
    expect(
      call({ name: 'redeemCode', valueString: code }, { name: 'validated', valueBoolean: true }),
    ).toBe(code);
  });

  test('whatever is given, the result is a code with the right check character or a coded error that does not quote it', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 80 }), fc.stringMatching(/^[A-Z2-7]{16}$/)),
        (text) => {
          try {
            expect(
              issueFreischaltcode(call({ name: 'code', valueString: text }).slice(0, 15)),
            ).toBe(call({ name: 'code', valueString: text }));
          } catch (error) {
            if (!isFhirError(error)) throw error;
            expect(error.code).toMatch(/^GKV_CODE_(LENGTH|ALPHABET|CHECK_DIGIT)$/);
            if (text.length >= 4) expect(error.message).not.toContain(text);
          }
        },
      ),
    );
  });
});

describe('the period of an entitlement', () => {
  const dayArbitrary = fc
    .integer({ min: 0, max: 20_000 })
    .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));

  test('ninety days end on the ninetieth', () => {
    expect(entitlementPeriod('2026-01-01', 90, undefined)).toEqual({
      periodStart: '2026-01-01',
      periodEnd: '2026-03-31',
    });
  });

  test('never begins before the day of service, never overlaps what is there, and lasts what was prescribed', () => {
    fc.assert(
      fc.property(
        dayArbitrary,
        fc.integer({ min: 1, max: 400 }),
        fc.option(dayArbitrary, { nil: undefined }),
        (day, duration, last) => {
          const { periodStart, periodEnd } = entitlementPeriod(day, duration, last);
          expect(periodStart >= day && (last === undefined || periodStart > last)).toBe(true);
          expect((Date.parse(periodEnd) - Date.parse(periodStart)) / 86_400_000 + 1).toBe(duration);
        },
      ),
    );
  });
});

describe('the price table', () => {
  const price = (validFrom: string, netCents: number, validTo?: string): PriceConfig => ({
    digaVeId: '12345000',
    validFrom,
    netCents,
    vatPercent: 19,
    durationDays: 90,
    ...(validTo === undefined ? {} : { validTo }),
  });
  const prices = [
    price('2025-01-01', 1, '2025-12-31'),
    price('2026-01-01', 2),
    price('2026-07-01', 3),
  ];

  test.each([
    ['2024-12-31', undefined],
    ['2025-01-01', 1],
    ['2025-12-31', 1],
    ['2026-01-01', 2],
    ['2026-07-01', 3],
  ])('on %s the price is %s', (day, cents) => {
    expect(priceOf(prices, '12345000', day)?.netCents).toBe(cents);
    expect(priceOf(prices, '12345001', day)).toBeUndefined();
  });

  test('19 % and 7.5 % are exact, 0 % states its reason', () => {
    expect(vatOf(price('2026-01-01', 1))).toEqual({ category: 'S', rateBasisPoints: 1900 });
    expect(vatOf({ ...price('2026-01-01', 1), vatPercent: 7.5 })).toEqual({
      category: 'S',
      rateBasisPoints: 750,
    });
    const exempt = { category: 'AE' as const, reason: 'Reverse charge' };
    expect(vatOf({ ...price('2026-01-01', 1), vatPercent: 0, vatExemption: exempt })).toEqual({
      category: 'AE',
      exemptionReason: 'Reverse charge',
    });
  });
});

test.each([
  [100, 'GKV_CODE_EXPIRED'],
  [101, 'GKV_CODE_CANCELLED'],
  [102, 'GKV_CODE_UNKNOWN'],
  [200, 'GKV_REQUEST_REFUSED'],
  [317, 'GKV_CODE_REFUSED'],
])('error number %i of Anhang 5 becomes %s', (number, code) => {
  expect(refusalError(number).code).toBe(code);
});
