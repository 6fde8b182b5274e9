import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AttemptPurpose } from '../../sign-in/sign-in.ts';
import {
  type AccountServices,
  accountServices,
  fromSomewhere,
  NOBODY,
  type Person,
  registerPerson,
} from '../support/account-services.ts';
import { accountsDatabase } from '../support/accounts-database.ts';

const ROUNDS = 24;
const PURPOSE: AttemptPurpose = { clientId: 'diga-app' };
const WRONG = 'ein falsches Passwort hier';

/** One step for an account that exists or not; what comes before it is not measured. */
type Step = (handle: string) => Promise<() => Promise<unknown>>;

describe('Accounts cannot be told from none by the time an answer takes', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let services: AccountServices;
  let person: Person;

  beforeAll(async () => {
    database = await accountsDatabase();
    services = await accountServices({ database });
    person = await registerPerson(services);
  }, 60_000);
  afterAll(async () => {
    await services.close();
    await database.drop();
  }, 30_000);

  const steps: Record<string, Step> = {
    'first step of a sign-in': async (handle) => () =>
      services.signIn.begin({ handle, password: WRONG }, PURPOSE, fromSomewhere()),
    'second step of a sign-in': async (handle) => {
      const claim = { handle, password: WRONG };
      const step = await services.signIn.begin(claim, PURPOSE, fromSomewhere());
      const attempt = step.outcome === 'second-factor' ? step.attempt : '';
      const proof = { kind: 'totp', code: '000000' } as const;
      return () => services.signIn.finish(attempt, proof, fromSomewhere());
    },
    'first step of a recovery': async (handle) => () =>
      services.recovery.begin(
        { handle, code: 'AAAAA-BBBBB-CCCCC', goal: 'password' },
        fromSomewhere(),
      ),
    'second step of a recovery': async (handle) => {
      const claim = { handle, code: 'AAAAA-BBBBB-CCCCC', goal: 'factor' } as const;
      const step = await services.recovery.begin(claim, fromSomewhere());
      const attempt = step.outcome === 'proof' ? step.attempt : '';
      const proof = { kind: 'password', password: WRONG } as const;
      return () => services.recovery.prove(attempt, proof, fromSomewhere());
    },
    'a lock code': async (handle) => () =>
      services.lock.lockWithCode(handle, 'AAAAAAA-BBBBBBB', fromSomewhere()),
  };

  test.each(Object.keys(steps))(
    '[R-198] [R-199] [R-279] [V-62] %s',
    async (name) => {
      const step = steps[name];
      if (step === undefined) throw new TypeError(name);
      const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
      const answers = new Set<string>();
      for (let round = 0; round < ROUNDS; round += 1) {
        // Both in turn, so that what else the machine does falls on both.
        const order =
          round % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
        for (const who of order) {
          // Delays of earlier rounds are over, and their counts too.
          services.advance(43_300);
          const run = await step(who === 'known' ? person.handle : NOBODY);
          const start = performance.now();
          const answer = await run();
          times[who].push(performance.now() - start);
          answers.add(
            JSON.stringify(answer, (key, value: unknown) => (key === 'attempt' ? '' : value)),
          );
        }
      }
      expect(answers.size).toBe(1);
      // What is between the medians is less than what either varies by itself.
      const [known, unknown] = [quartiles(times.known), quartiles(times.unknown)];
      const slack = 1 + 0.15 * Math.min(known.median, unknown.median);
      expect(Math.abs(known.median - unknown.median)).toBeLessThan(
        Math.max(known.upper - known.lower, unknown.upper - unknown.lower) + slack,
      );
    },
    120_000,
  );
});

function quartiles(times: readonly number[]): {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
} {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) };
}
