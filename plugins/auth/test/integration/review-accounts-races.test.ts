import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { SecurityEvent } from '../../../../src/plugin/sdk.ts';
import {
  type AccountServices,
  accountServices,
  freshActor,
  fromSomewhere,
  ORIGIN,
  PASSWORD,
  type Person,
  registerPerson,
  signInWithCode,
  totpCode,
} from '../support/account-services.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { SoftwarePasskey } from '../support/software-passkey.ts';

const NEXT = 'vier Wolken ueber dem Moor';

// Each sign-in costs a hash of a tenth of a second, and more where much runs at once.
jest.setTimeout(60_000);

describe('Accounts between two moments', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let services: AccountServices;
  /** What happens elsewhere at the moment that an event reaches the ledger. */
  let meanwhile: ((event: SecurityEvent) => Promise<void>) | undefined;
  const origin = fromSomewhere();

  beforeAll(async () => {
    database = await accountsDatabase();
    services = await accountServices({
      database,
      audit: async (event) => meanwhile?.(event),
    });
  }, 60_000);
  afterEach(() => {
    meanwhile = undefined;
  });
  afterAll(async () => {
    await services.close();
    await database.drop();
  }, 30_000);

  /** Does something once, when the sign-in has been judged and before its answer goes out. */
  const betweenVerdictAndAnswer = (work: () => Promise<void>): void => {
    meanwhile = async ({ description }) => {
      if (!description.startsWith('Login with')) return;
      meanwhile = undefined;
      services.advance(1);
      await work();
    };
  };
  const consumed = async (person: Person, password = PASSWORD): Promise<string> => {
    const step = await signInWithCode(services, person, password);
    if (step.outcome !== 'accepted') return step.outcome;
    try {
      return (await services.signIn.consume(step.attempt)).accountId;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  test('[R-242] a sign-in that is judged while the account is locked is void, also after the lock is lifted', async () => {
    const person = await registerPerson(services);
    betweenVerdictAndAnswer(async () => {
      await services.lock.lock(person.accountId, origin);
      await database.transaction((tx) => services.core.accounts.unlock(tx, person.accountId));
    });
    expect(await consumed(person)).toBe('AUTH_SESSION_GONE');
    expect(await consumed(person)).toBe(person.accountId);
  });

  test('[R-197] O.Pass_3: the old password opens nothing once it was changed, not even what was judged just before', async () => {
    const person = await registerPerson(services);
    betweenVerdictAndAnswer(async () => {
      const change = { old: PASSWORD, new: NEXT, endOtherLogins: true };
      const actor = freshActor(services, person);
      expect(await services.security.changePassword(actor, change, origin)).toBeUndefined();
    });
    expect(await consumed(person)).toBe('AUTH_SESSION_GONE');
    expect(await consumed(person, NEXT)).toBe(person.accountId);
  });

  test('a sign-in that itself brings a recovery into force is not void by that', async () => {
    const person = await registerPerson(services);
    const claim = { handle: person.handle, code: person.recoveryCodes[0] ?? '', goal: 'password' };
    const step = await services.recovery.begin(claim as never, fromSomewhere());
    const attempt = step.outcome === 'proof' ? step.attempt : '';
    const proof = { kind: 'totp', code: totpCode(services, person.totpSecret) } as const;
    await services.recovery.prove(attempt, proof, fromSomewhere());
    await services.recovery.setPassword(attempt, NEXT, origin);
    services.advance(86_460);
    expect(await consumed(person, NEXT)).toBe(person.accountId);
  });

  test('TR-03161 O.Source_1: of what a device says about itself only known words are kept', async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    const create = passkey.create.bind(passkey);
    passkey.create = (options) => {
      const made = create(options) as { readonly response: object };
      const transports = ['\0', 'usb', { not: 'a word' }, 'x'.repeat(500)];
      return { ...made, response: { ...made.response, transports } };
    };
    const { accountId } = await registerPerson(services, { passkey });
    const kept = await database.query({
      text: `SELECT detail->'transports' AS transports FROM account_factor WHERE account_id = $1 AND kind = 'passkey'`,
      values: [accountId],
    });
    expect(kept).toEqual([{ transports: ['usb'] }]);
  });

  test('[R-244] O.Auth_13: no number of other notices hides one that can still be blocked', async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    const person = await registerPerson(services, { passkey });
    const actor = freshActor(services, person);
    const { enrolment, secret } = await services.security.beginTotp(actor);
    const code = totpCode(services, secret);
    const added = await services.security.confirmTotp(actor, enrolment, code, undefined, origin);
    expect(added).toMatchObject({ now: false });
    services.advance(1);
    const noise = Array.from({ length: 120 }, () => services.security.newLockCode(actor, origin));
    await Promise.all(noise);
    const notices = await services.security.notices(person.accountId);
    expect(notices).toContainEqual(expect.objectContaining({ change: added?.change }));
    expect(notices.length).toBeLessThanOrEqual(100);
  });
});
