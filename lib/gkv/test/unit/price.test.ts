import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatCents, formatRate, priceFromGross, priceFromNet } from '../../price.ts';

const cents = fc.integer({ min: 0, max: 9_999_999 });
const rates = fc.constantFrom(0, 500, 700, 750, 1600, 1900, 2550);

describe('prices in cents', () => {
  test('half a cent of tax is rounded up, as EN 16931 rule BR-S-09 computes', () => {
    expect(priceFromNet(20_150, 1900)).toEqual({
      netCents: 20_150,
      vatCents: 3829,
      grossCents: 23_979,
      rateBasisPoints: 1900,
    });
  });

  test('the tax differs from the exact product by half a cent at most', () => {
    fc.assert(
      fc.property(cents, rates, (net, rate) => {
        const { vatCents, grossCents } = priceFromNet(net, rate);
        const difference = vatCents * 10_000 - net * rate;
        expect(difference).toBeGreaterThan(-5000);
        expect(difference).toBeLessThanOrEqual(5000);
        expect(grossCents).toBe(net + vatCents);
      }),
    );
  });

  test('a gross price is either met to the cent or lies between two neighbours', () => {
    fc.assert(
      fc.property(cents, rates, (gross, rate) => {
        const found = priceFromGross(gross, rate);
        if (found.exact) {
          expect(found.price.grossCents).toBe(gross);
          expect(found.price).toEqual(priceFromNet(found.price.netCents, rate));
        } else {
          expect(found.below.grossCents).toBeLessThan(gross);
          expect(found.above.grossCents).toBeGreaterThan(gross);
          expect(found.above.netCents).toBe(found.below.netCents + 1);
        }
      }),
    );
  });

  test('19 of 119 gross prices have no net price at 19 %', () => {
    let missing = 0;
    for (let gross = 10_000; gross < 10_000 + 11_900; gross += 1) {
      if (!priceFromGross(gross, 1900).exact) missing += 1;
    }
    expect(missing).toBe(1900);
  });

  test('amounts have two places, rates no needless ones', () => {
    expect([0, 5, 100, 123_456].map(formatCents)).toEqual(['0.00', '0.05', '1.00', '1234.56']);
    expect([0, 700, 750, 1905, 10_000].map(formatRate)).toEqual(['0', '7', '7.5', '19.05', '100']);
  });

  test('fractions, negative amounts and rates above 100 % are programming errors', () => {
    for (const net of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 100_000_000]) {
      expect(() => priceFromNet(net, 1900)).toThrow(TypeError);
      expect(() => priceFromGross(net, 1900)).toThrow(TypeError);
    }
    for (const rate of [-1, 0.19, 10_001]) expect(() => priceFromNet(1, rate)).toThrow(TypeError);
  });
});
