import { describe, expect, test } from '@jest/globals';
import { isCalendarDay, toFormat102 } from '../../calendar-day.ts';
import { germanCalendarDay, germanLocalTime } from '../../german-time.ts';

describe('calendar days', () => {
  test('only days that exist', () => {
    for (const day of ['2024-02-29', '2000-02-29', '2026-12-31', '0001-01-01']) {
      expect(isCalendarDay(day)).toBe(true);
    }
    for (const day of [
      '2026-02-29',
      '1900-02-29',
      '2026-04-31',
      '2026-00-10',
      '2026-13-01',
      '2026-01-00',
      '0000-01-01',
      '26-01-01',
      '2026-1-1',
      '2026-01-01Z',
      '',
    ]) {
      expect(isCalendarDay(day)).toBe(false);
    }
  });

  test('format 102 is YYYYMMDD', () => {
    expect(toFormat102('2026-03-02')).toBe('20260302');
  });
});

describe('German local time', () => {
  test('the day changes at midnight in Germany, not in UTC', () => {
    expect(germanCalendarDay(Date.UTC(2026, 0, 31, 22, 59, 59))).toBe('2026-01-31');
    expect(germanCalendarDay(Date.UTC(2026, 0, 31, 23, 0, 0))).toBe('2026-02-01');
    expect(germanCalendarDay(Date.UTC(2026, 5, 30, 22, 0, 0))).toBe('2026-07-01');
  });

  test('the communication log writes yyyy-MM-dd HH:mm:ss, midnight as 00', () => {
    expect(germanLocalTime(Date.UTC(2026, 6, 1, 10, 5, 9))).toBe('2026-07-01 12:05:09');
    expect(germanLocalTime(Date.UTC(2026, 0, 1, 23, 0, 0))).toBe('2026-01-02 00:00:00');
  });
});
