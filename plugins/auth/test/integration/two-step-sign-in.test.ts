import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  type AccountServices,
  accountServices,
  begun,
  freshActor,
  fromSomewhere,
  NOBODY,
  PASSWORD,
  registerPerson,
  signInWithCode,
  totpCode,
} from '../support/account-services.ts';
import { accountsDatabase } from '../support/accounts-database.ts';

// Each sign-in costs a hash of a tenth of a second, and more where much runs at once.
jest.setTimeout(60_000);

describe('TR-03161 O.Auth_4: sign-in in two steps', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let services: AccountServices;

  beforeAll(async () => {
    database = await accountsDatabase();
    services = await accountServices({ database });
  }, 60_000);
  afterAll(async () => {
    await services.close();
    await database.drop();
  }, 30_000);

  test('[R-195] [R-277] password and one-time code make two factors; the password alone makes nothing', async () => {
    const person = await registerPerson(services);
    const attempt = await begun(services, person.handle);
    expect(await services.signIn.attempt(attempt)).toEqual({ outcome: 'second-factor', attempt });
    await expect(services.signIn.accepted(attempt)).rejects.toMatchObject({
      code: 'AUTH_SESSION_GONE',
    });
    await expect(services.signIn.consume(attempt)).rejects.toMatchObject({
      code: 'AUTH_SESSION_GONE',
    });
    expect(await signInWithCode(services, person)).toMatchObject({
      outcome: 'accepted',
      accountId: person.accountId,
      acr: 'urn:diga:acr:2fa',
      amr: ['pwd', 'otp', 'mfa'],
      identities: [{ profile: person.identity.profile, class: 'patient' }],
    });
  });

  test('ORP.4.A23: the first step answers alike, the verdict falls on both factors and says nothing more', async () => {
    const person = await registerPerson(services);
    const right = { kind: 'totp', code: totpCode(services, person.totpSecret) } as const;
    const wrong = { kind: 'totp', code: '000000' } as const;
    const cases = [
      [NOBODY, PASSWORD, right],
      [person.handle, 'ein ganz anderer Satz', right],
      [person.handle, PASSWORD, wrong],
    ] as const;
    for (const [handle, password, proof] of cases) {
      const origin = fromSomewhere();
      const claim = { handle, password };
      const step = await services.signIn.begin(claim, { clientId: 'diga-app' }, origin);
      expect(Object.keys(step)).toEqual(['outcome', 'attempt']);
      const attempt = step.outcome === 'second-factor' ? step.attempt : '';
      const options = await services.signIn.passkeyOptions(attempt);
      expect(options['allowCredentials'] ?? []).toEqual([]);
      expect(await services.signIn.finish(attempt, proof, origin)).toEqual({ outcome: 'refused' });
      services.advance(5);
    }
    const reasons = services.events.slice(-3).map(({ description }) => description);
    expect(reasons).toEqual(['Login refused', 'Login refused', 'Login refused']);
  });

  test('a wrong password does not cost a right code', async () => {
    const person = await registerPerson(services);
    services.advance(90);
    const code = totpCode(services, person.totpSecret);
    const proof = { kind: 'totp', code } as const;
    const origin = fromSomewhere();
    const wrong = await begun(services, person.handle, 'ein ganz anderer Satz', origin);
    expect(await services.signIn.finish(wrong, proof, origin)).toEqual({ outcome: 'refused' });
    services.advance(1);
    const right = await begun(services, person.handle, PASSWORD, origin);
    expect(await services.signIn.finish(right, proof, origin)).toMatchObject({
      outcome: 'accepted',
    });
  });

  test('RFC 6238 section 5.2: one code in two sign-ins at once lets one in', async () => {
    const person = await registerPerson(services);
    const proof = { kind: 'totp', code: totpCode(services, person.totpSecret) } as const;
    const second = await accountServices({
      database,
      dataDirectory: services.dataDirectory,
      clock: { now: () => services.now() },
    });
    const attempts = await Promise.all([
      begun(services, person.handle),
      begun(services, person.handle),
    ]);
    const steps = await Promise.all([
      services.signIn.finish(attempts[0], proof, fromSomewhere()),
      second.signIn.finish(attempts[1], proof, fromSomewhere()),
    ]);
    expect(steps.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    await second.close();
  });

  test('one attempt finished twice at once is accepted once, and used up once', async () => {
    const person = await registerPerson(services);
    const attempt = await begun(services, person.handle);
    const proof = { kind: 'totp', code: totpCode(services, person.totpSecret) } as const;
    const steps = await Promise.all(
      [1, 2, 3].map(() => services.signIn.finish(attempt, proof, fromSomewhere())),
    );
    expect(steps.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    const uses = await Promise.allSettled([1, 2, 3].map(() => services.signIn.consume(attempt)));
    expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(services.signIn.attempt(attempt)).rejects.toMatchObject({
      code: 'AUTH_SESSION_GONE',
    });
  });

  test('three wrong codes end an attempt, and each counts for the account', async () => {
    const person = await registerPerson(services);
    const attempt = await begun(services, person.handle);
    for (let tries = 0; tries < 3; tries += 1) {
      services.advance(60);
      const step = await services.signIn.finish(
        attempt,
        { kind: 'totp', code: '000000' },
        fromSomewhere(),
      );
      expect(step).toEqual({ outcome: 'refused' });
    }
    await expect(services.signIn.attempt(attempt)).rejects.toMatchObject({
      code: 'AUTH_SESSION_GONE',
    });
    const limited = await services.signIn.begin(
      { handle: person.handle, password: PASSWORD },
      { clientId: 'diga-app' },
      fromSomewhere(),
    );
    expect(limited).toEqual({ outcome: 'wait', retryAfter: 4 });
  });

  test('a first step alone counts as no failure, so that nobody is locked out by beginning', async () => {
    const person = await registerPerson(services);
    for (let times = 0; times < 12; times += 1) await begun(services, person.handle);
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
  });

  test('first steps from one address are limited, those that end well not', async () => {
    const origin = fromSomewhere();
    const person = await registerPerson(services);
    for (let times = 0; times < 100; times += 1) {
      await services.core.limits.attempt(
        { kind: 'begin-address', delays: [...new Array<number>(99).fill(0), 900], window: 900 },
        origin.address,
      );
    }
    const claim = { handle: person.handle, password: PASSWORD };
    expect(await services.signIn.begin(claim, { clientId: 'diga-app' }, origin)).toMatchObject({
      outcome: 'wait',
    });
  });

  test('an attempt lasts ten minutes from its last step, and another node goes on with it', async () => {
    const person = await registerPerson(services);
    const attempt = await begun(services, person.handle);
    services.advance(590);
    const other = await accountServices({
      database,
      dataDirectory: services.dataDirectory,
      clock: { now: () => services.now() },
    });
    const code = totpCode(services, person.totpSecret);
    expect(
      await other.signIn.finish(attempt, { kind: 'totp', code }, fromSomewhere()),
    ).toMatchObject({ outcome: 'accepted' });
    services.advance(590);
    expect(await services.signIn.attempt(attempt)).toMatchObject({ outcome: 'accepted' });
    services.advance(20);
    await expect(services.signIn.consume(attempt)).rejects.toMatchObject({
      code: 'AUTH_SESSION_GONE',
    });
    await other.close();
  });

  test('[R-242] what was proven before a lock or a new password is void', async () => {
    for (const change of ['lock', 'password'] as const) {
      const person = await registerPerson(services);
      const step = await signInWithCode(services, person);
      const attempt = step.outcome === 'accepted' ? step.attempt : '';
      services.advance(1);
      if (change === 'lock') await services.lock.lock(person.accountId, fromSomewhere());
      else {
        const next = { old: PASSWORD, new: 'vier Wolken ueber dem Moor' };
        const actor = freshActor(services, person);
        await services.security.changePassword(actor, next, fromSomewhere());
      }
      await expect(services.signIn.consume(attempt)).rejects.toMatchObject({
        code: 'AUTH_SESSION_GONE',
      });
    }
  });

  test('[R-197] a login that cannot be put on the ledger does not happen', async () => {
    const person = await registerPerson(services);
    const attempt = await begun(services, person.handle);
    services.failAudit = true;
    const code = totpCode(services, person.totpSecret);
    await expect(
      services.signIn.finish(attempt, { kind: 'totp', code }, fromSomewhere()),
    ).rejects.toThrow('the ledger is down');
    services.failAudit = false;
    expect(await services.signIn.attempt(attempt)).toMatchObject({ outcome: 'second-factor' });
    await expect(services.signIn.consume(attempt)).rejects.toMatchObject({
      code: 'AUTH_SESSION_GONE',
    });
  });

  test('O.Auth_18: the table of attempts holds neither handle nor password nor the id of an attempt', async () => {
    const person = await registerPerson(services);
    const attempt = await begun(services, person.handle, 'Geheimnis Nummer 77');
    const rows = await database.query<Record<string, unknown>>({
      text: `SELECT encode(key, 'hex') AS key, encode(sealed, 'escape') AS sealed FROM sign_in_attempt`,
    });
    const stored = JSON.stringify(rows);
    for (const secret of [attempt, person.handle, 'Geheimnis', person.accountId]) {
      expect(stored).not.toContain(secret);
    }
  });
});
