import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ADDRESS_RULE,
  HANDLE_ADDRESS_RULE,
  HANDLE_RULE,
  LOCK_RULE,
  RECOVERY_RULE,
  throttle,
  type ThrottleRule,
} from '../../accounts/throttle.ts';
import { keyedDigest } from '../../keys/keyed-digest.ts';
import { accountsDatabase } from '../support/accounts-database.ts';

jest.setTimeout(120_000);

const RULES = [HANDLE_RULE, HANDLE_ADDRESS_RULE, ADDRESS_RULE, LOCK_RULE, RECOVERY_RULE];
const START = Date.UTC(2026, 0, 1);

/** Seconds that pass before an attempt; those around the delays are the interesting ones. */
const pause = fc.oneof(
  fc.integer({ min: 0, max: 70 }),
  fc.constantFrom(899, 900, 901, 3600, 43_200, 86_399, 86_400),
);

/** Delay that the n-th failure of a rule leads to. */
function delayOf({ delays }: ThrottleRule, failures: number): number {
  return delays[Math.min(failures, delays.length) - 1] ?? 0;
}

describe('IT-Grundschutz ORP.4.A13: delays after failures', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  beforeAll(async () => {
    database = await accountsDatabase();
  });
  afterAll(() => database.drop());

  test('IT-Grundschutz ORP.4.A13: an attempt is let through if and only if the delay of the failure before is over, for every rule and any pace', async () => {
    let now = START;
    let subjects = 0;
    const limits = throttle(database, keyedDigest(Buffer.alloc(32, 7), 'throttle'), {
      now: () => now,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...RULES),
        fc.array(pause, { minLength: 1, maxLength: 25 }),
        async (rule, pauses) => {
          subjects += 1;
          const subject = `subject ${subjects}`;
          let failures = 0;
          let begins = now;
          let free = now;
          let ends = now;
          for (const seconds of pauses) {
            now += seconds * 1000;
            const answer = await limits.attempt(rule, subject);
            if (now < free) {
              expect(answer).toEqual({ allowed: false, retryAfter: (free - now) / 1000 });
              continue;
            }
            if (failures === 0 || now >= ends) {
              failures = 0;
              begins = now;
              ends = begins + rule.window * 1000;
            }
            failures += 1;
            free = now + delayOf(rule, failures) * 1000;
            ends = Math.max(ends, free);
            expect(answer).toEqual({
              allowed: true,
              lastBeforeBlock: failures === rule.delays.length,
            });
          }
          await limits.clear(rule, subject);
          expect(await limits.attempt(rule, subject)).toMatchObject({ allowed: true });
        },
      ),
      { numRuns: 120 },
    );
  });

  test('of many attempts at once, no more are let through than a rule allows', async () => {
    const limits = throttle(database, keyedDigest(Buffer.alloc(32, 8), 'throttle'), {
      now: () => START,
    });
    for (const rule of [HANDLE_RULE, HANDLE_ADDRESS_RULE, LOCK_RULE]) {
      const answers = await Promise.all(
        Array.from({ length: 30 }, () => limits.attempt(rule, 'at once')),
      );
      const free = rule.delays.findIndex((delay) => delay > 0) + 1;
      expect(answers.filter(({ allowed }) => allowed)).toHaveLength(free);
    }
  });
});
