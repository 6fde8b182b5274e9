import { describe, expect, test } from '@jest/globals';
import { cronOf } from '../../../src/bots/deployed/cron-of.ts';

const bot = (more: object) => ({ resourceType: 'Bot', ...more }) as never;

describe('the schedule of a Bot', () => {
  test.each([
    [{}, undefined],
    [{ cronString: '0 3 * * *' }, '0 3 * * *'],
    [{ cronTiming: { repeat: { period: 15, periodUnit: 'min' } } }, '*/15 * * * *'],
    [
      { cronTiming: { repeat: { period: 6, periodUnit: 'h', dayOfWeek: ['mon', 'fri'] } } },
      '0 */6 * * 1,5',
    ],
    [{ cronTiming: { repeat: { period: 1, periodUnit: 'd' } } }, '0 0 * * *'],
    [{ cronTiming: { repeat: { timeOfDay: ['08:30:00', '20:30:00'] } } }, '30 8,20 * * *'],
  ])('%j is %j', (resource, cron) => {
    expect(cronOf(bot(resource))).toBe(cron);
  });

  test.each([
    { cronString: 'daily' },
    { cronString: '0 0 31 2 *' },
    { cronTiming: {} },
    { cronTiming: { repeat: { period: 7, periodUnit: 'min' } } },
    { cronTiming: { repeat: { period: 1, periodUnit: 'mo' } } },
    { cronTiming: { repeat: { period: 1, periodUnit: 'd', frequency: 3 } } },
    { cronTiming: { repeat: { timeOfDay: ['08:30:00', '20:00:00'] } } },
  ])('%j cannot be kept', (resource) => {
    expect(() => cronOf(bot(resource))).toThrow(TypeError);
  });
});
