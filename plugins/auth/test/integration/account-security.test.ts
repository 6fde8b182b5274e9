import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
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
  signInWithPasskey,
  totpCode,
} from '../support/account-services.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { SoftwarePasskey } from '../support/software-passkey.ts';

const DAY = 86_400;

// Each sign-in costs a hash of a tenth of a second, and more where much runs at once.
jest.setTimeout(60_000);

describe('TR-03161 O.Auth_12, O.Auth_13: changes of what protects an account', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let services: AccountServices;
  const origin = fromSomewhere();

  beforeAll(async () => {
    database = await accountsDatabase();
    services = await accountServices({ database });
  }, 60_000);
  afterAll(async () => {
    await services.close();
    await database.drop();
  }, 30_000);

  const addTotp = async (person: Person, acr?: string) => {
    services.advance(1);
    const actor = freshActor(services, person, acr);
    const app = await services.security.beginTotp(actor);
    const code = totpCode(services, app.secret);
    const outcome = await services.security.confirmTotp(
      actor,
      app.enrolment,
      code,
      'Tablet',
      origin,
    );
    return { app: { handle: person.handle, totpSecret: app.secret }, outcome };
  };
  const factorOf = async (person: Person, kind: string) =>
    (await services.security.factors(person.accountId)).find((one) => one.kind === kind);

  test('O.Auth_12: no change without two factors proven within five minutes', async () => {
    const person = await registerPerson(services);
    const { security } = services;
    const old = { ...freshActor(services, person), authTime: new Date(services.now() - 301_000) };
    const weak = freshActor(services, person, 'urn:diga:acr:1fa-consented');
    const unknown = freshActor(services, person, 'something else');
    for (const actor of [old, weak, unknown]) {
      const attempts = [
        security.beginTotp(actor),
        security.confirmTotp(actor, 'x', '123456', undefined, origin),
        security.beginPasskey(actor),
        security.confirmPasskey(actor, 'x', {}, undefined, origin),
        security.removeFactor(actor, 'x', origin),
        security.newRecoveryCodes(actor, origin),
        security.newLockCode(actor, origin),
        security.changePassword(actor, { old: PASSWORD, new: 'ein neuer Satz hier' }, origin),
      ];
      for (const attempt of attempts) {
        await expect(attempt).rejects.toMatchObject({ code: 'AUTH_REAUTHENTICATION_NEEDED' });
      }
    }
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
  });

  test('a second app is added at once and works beside the first; removing goes down to the last', async () => {
    const person = await registerPerson(services);
    const { app, outcome } = await addTotp(person);
    expect(outcome).toMatchObject({ now: true });
    expect(await signInWithCode(services, app)).toMatchObject({ outcome: 'accepted' });
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
    const actor = freshActor(services, person);
    const first = (await factorOf(person, 'totp'))?.id ?? '';
    expect(await services.security.removeFactor(actor, first, origin)).toMatchObject({
      now: false,
    });
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
    const [, last] = (await services.security.factors(person.accountId)).filter(
      ({ kind }) => kind === 'totp',
    );
    const strong = freshActor(services, person, 'urn:diga:acr:2fa-phr');
    for (const one of [actor, strong]) {
      await expect(
        services.security.removeFactor(one, last?.id ?? '', origin),
      ).rejects.toMatchObject({ code: 'AUTH_FACTOR_LAST' });
    }
    services.advance(DAY);
    expect(await signInWithCode(services, person)).toEqual({ outcome: 'refused' });
    services.advance(2);
    expect(await signInWithCode(services, app)).toMatchObject({ outcome: 'accepted' });
    const other = await registerPerson(services);
    await expect(
      services.security.removeFactor(freshActor(services, other), last?.id ?? '', origin),
    ).rejects.toMatchObject({ code: 'AUTH_FACTOR_UNKNOWN' });
  });

  test('of two removals at once that would leave nothing, one is refused', async () => {
    const person = await registerPerson(services);
    await addTotp(person);
    const apps = (await services.security.factors(person.accountId)).filter(
      ({ kind }) => kind === 'totp',
    );
    const removals = await Promise.allSettled(
      apps.map(({ id }) =>
        services.security.removeFactor(freshActor(services, person), id, origin),
      ),
    );
    expect(removals.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('[R-244] O.Auth_13: from a login weaker than the account, a factor counts after a day and is announced', async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    const person = await registerPerson(services, { passkey });
    const strong = freshActor(services, person, 'urn:diga:acr:2fa-phr');
    const first = await services.security.beginTotp(strong);
    const code = totpCode(services, first.secret);
    expect(
      await services.security.confirmTotp(strong, first.enrolment, code, undefined, origin),
    ).toMatchObject({ now: true });
    const { app, outcome } = await addTotp(person);
    expect(outcome).toMatchObject({ now: false, change: expect.any(String) });
    expect(await signInWithCode(services, app)).toEqual({ outcome: 'refused' });
    expect((await services.security.notices(person.accountId))[0]).toMatchObject({
      kind: 'factor-added',
      label: 'Tablet',
      change: outcome?.change,
    });
    services.advance(DAY);
    expect(await signInWithCode(services, app)).toMatchObject({ outcome: 'accepted' });
    const [notice] = await services.security.notices(person.accountId);
    expect(notice?.change).toBeUndefined();
    const block = services.security.blockChange(person.accountId, outcome?.change ?? '', origin);
    expect(await block).toBe(false);
  });

  test('[R-244] O.Auth_13: any login blocks an announced change, once, and no other account does', async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    const person = await registerPerson(services, { passkey });
    const stranger = await registerPerson(services);
    const { app, outcome } = await addTotp(person);
    const change = outcome?.change ?? '';
    const removal = await services.security.removeFactor(
      freshActor(services, person),
      (await factorOf(person, 'recovery-codes'))?.id ?? '',
      origin,
    );
    expect(removal.now).toBe(false);
    const { blockChange } = services.security;
    expect(await blockChange(stranger.accountId, change, origin)).toBe(false);
    expect(await blockChange(person.accountId, 'no such id', origin)).toBe(false);
    const blocks = await Promise.all(
      [1, 2].map(() => blockChange(person.accountId, change, origin)),
    );
    expect(blocks.sort()).toEqual([false, true]);
    expect(await blockChange(person.accountId, removal.change ?? '', origin)).toBe(true);
    services.advance(DAY + 1);
    await services.security.settle();
    expect(await signInWithCode(services, app)).toEqual({ outcome: 'refused' });
    expect(await factorOf(person, 'recovery-codes')).toMatchObject({ left: 10 });
    services.advance(100);
    expect(await signInWithPasskey(services, person, passkey)).toMatchObject({
      outcome: 'accepted',
    });
    expect(services.events.map(({ description }) => description)).toContain(
      'An announced change of the factors was blocked by the owner of the account',
    );
  });

  test('an administrator keeps a passkey that stays on its device', async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    const identity = {
      profile: 'Practitioner/keeps',
      membershipId: crypto.randomUUID(),
      class: 'admin',
    } as const;
    const password = 'sechzehn Zeichen sind es hier';
    const person = await registerPerson(services, { invited: identity, passkey, password });
    await addTotp(person, 'urn:diga:acr:2fa-phr');
    const actor = freshActor(services, person, 'urn:diga:acr:2fa-phr');
    const id = (await factorOf(person, 'passkey'))?.id ?? '';
    await expect(services.security.removeFactor(actor, id, origin)).rejects.toMatchObject({
      code: 'AUTH_FACTOR_LAST',
    });
    // With the app an administrator signs in, but does not act as one.
    const app = await addTotp(person, 'urn:diga:acr:2fa-phr');
    expect(await signInWithCode(services, app.app, password)).toMatchObject({
      outcome: 'accepted',
      identities: [],
    });
  });

  test('[R-197] O.Pass_3, O.Pass_4: the old password is unusable at once, and neither is on the ledger', async () => {
    const person = await registerPerson(services);
    const next = 'vier Wolken ueber dem Moor';
    const actor = freshActor(services, person);
    const change = (old: string, fresh: string) =>
      services.security.changePassword(actor, { old, new: fresh }, origin);
    expect(await change('falsches altes Passwort', next)).toBe('wrong-password');
    expect(await change(PASSWORD, next)).toBe('wait');
    services.advance(2);
    expect(await change(PASSWORD, 'kurz')).toBe('too-short');
    expect(await change(PASSWORD, 'passwort1234')).toBe('common');
    const typed = ` ${person.handle.toLowerCase().replaceAll('-', ' ')}!`;
    expect(await change(PASSWORD, `mein${typed}`)).toBe('contains-handle');
    expect(await change(PASSWORD, next)).toBeUndefined();
    expect(await signInWithCode(services, person, PASSWORD)).toEqual({ outcome: 'refused' });
    services.advance(2);
    expect(await signInWithCode(services, person, next)).toMatchObject({ outcome: 'accepted' });
    const kept = JSON.stringify([services.events, services.logged]);
    for (const secret of [next, PASSWORD, 'falsches altes']) expect(kept).not.toContain(secret);
    expect(services.events.map(({ description }) => description)).toContain('Password changed');
  });

  test('new recovery codes void those before, and are kept as digests', async () => {
    const person = await registerPerson(services);
    const fresh = await services.security.newRecoveryCodes(freshActor(services, person), origin);
    expect(fresh).toHaveLength(10);
    const claim = { handle: person.handle, goal: 'factor' } as const;
    const outcomes = [];
    for (const code of [person.recoveryCodes[0] ?? '', fresh[0] ?? '']) {
      services.advance(100);
      const step = await services.recovery.begin({ ...claim, code }, fromSomewhere());
      const attempt = step.outcome === 'proof' ? step.attempt : '';
      const proof = { kind: 'password', password: PASSWORD } as const;
      outcomes.push((await services.recovery.prove(attempt, proof, fromSomewhere())).outcome);
    }
    expect(outcomes).toEqual(['refused', 'accepted']);
    const rows = JSON.stringify(
      await database.query({ text: `SELECT encode(digest, 'escape') AS d FROM recovery_code` }),
    );
    for (const code of fresh) expect(rows).not.toContain(code.replaceAll('-', ''));
  });
});
