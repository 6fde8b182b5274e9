import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCron } from '../../../src/jobs/cron.ts';

const at = (text: string) => Date.parse(text);

describe('cron', () => {
  test.each([
    ['* * * * *', '2026-01-01T00:00:30Z', '2026-01-01T00:01:00Z'],
    ['*/15 * * * *', '2026-01-01T00:15:00Z', '2026-01-01T00:30:00Z'],
    ['30 3 * * *', '2026-01-01T03:30:00Z', '2026-01-02T03:30:00Z'],
    ['0 0 1 * *', '2026-01-31T12:00:00Z', '2026-02-01T00:00:00Z'],
    ['0 9 * * 1-5', '2026-01-02T10:00:00Z', '2026-01-05T09:00:00Z'],
    ['0 0 * * 7', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z'],
    ['0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
    ['0 0 29 2 *', '2096-03-01T00:00:00Z', '2104-02-29T00:00:00Z'],
    ['5,10 10/4 * * *', '2026-01-01T10:10:00Z', '2026-01-01T14:05:00Z'],
  ])('%s after %s is %s', (expression, after, next) => {
    expect(parseCron(expression).next(at(after))).toBe(at(next));
  });

  test.each([
    '',
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '5-1 * * * *',
    '*/0 * * * *',
    '0 0 30 2 *',
    'a b c d e',
  ])('"%s" is refused', (expression) => {
    expect(() => parseCron(expression)).toThrow(TypeError);
  });

  test('the next time is the first later minute that matches', () => {
    const minute = fc.integer({ min: 0, max: 59 });
    const hour = fc.integer({ min: 0, max: 23 });
    const start = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') });
    fc.assert(
      fc.property(minute, hour, fc.integer({ min: 0, max: 6 }), start, (m, h, weekday, after) => {
        const next = parseCron(`${String(m)} ${String(h)} * * ${String(weekday)}`).next(after);
        const date = new Date(next);
        expect([date.getUTCMinutes(), date.getUTCHours(), date.getUTCDay()]).toEqual([
          m,
          h,
          weekday,
        ]);
        expect(next).toBeGreaterThan(after);
        expect(next - after).toBeLessThanOrEqual(7 * 86_400_000);
      }),
    );
  });

  test('arbitrary text is read or refused with a TypeError', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseCron(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});
