import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { RecoveryGoal, RecoveryProof } from '../../recovery/recovery.ts';
import {
  type AccountServices,
  accountServices,
  fromSomewhere,
  NOBODY,
  ORIGIN,
  PASSWORD,
  type Person,
  registerPerson,
  signInWithCode,
  totpCode,
} from '../support/account-services.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { SoftwarePasskey } from '../support/software-passkey.ts';

const DAY = 86_400;
const NEXT = 'vier Wolken ueber dem Moor';

// Each sign-in costs a hash of a tenth of a second, and more where much runs at once.
jest.setTimeout(60_000);

describe('Recovery without personal data', () => {
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

  const begin = async (handle: string, code: string, goal: RecoveryGoal, password?: string) => {
    const claim = { handle, code, goal, ...(password === undefined ? {} : { password }) };
    const step = await services.recovery.begin(claim, fromSomewhere());
    if (step.outcome !== 'proof') throw new TypeError(step.outcome);
    return step.attempt;
  };
  const totp = (person: { readonly totpSecret: string }): RecoveryProof => ({
    kind: 'totp',
    code: totpCode(services, person.totpSecret),
  });
  const password: RecoveryProof = { kind: 'password', password: PASSWORD };
  const code = (person: Person, index = 0): string => person.recoveryCodes[index] ?? '';
  const login = async (person: Person) =>
    services.core.logins.create({
      accountId: person.accountId,
      clientId: 'diga-app',
      ...person.identity,
      scope: 'openid',
      authMethod: 'password',
      acr: 'urn:diga:acr:2fa',
      amr: ['pwd', 'otp', 'mfa'],
      authTime: new Date(services.now()),
      grantKey: randomUUID(),
      context: {},
      expiresAt: new Date(services.now() + 30 * DAY * 1000),
    });
  const recoverPassword = async (person: Person) => {
    const attempt = await begin(person.handle, code(person), 'password');
    await services.recovery.prove(attempt, totp(person), fromSomewhere());
    const outcome = await services.recovery.setPassword(attempt, NEXT, origin);
    if (typeof outcome === 'string') throw new TypeError(outcome);
    services.advance(60);
    return outcome;
  };

  test('[R-243] [R-244] code and app set a password that holds after a day, is announced, and ends all logins', async () => {
    const person = await registerPerson(services);
    const before = await login(person);
    const outcome = await recoverPassword(person);
    expect(outcome).toMatchObject({ now: false });
    expect((await services.security.notices(person.accountId))[0]).toMatchObject({
      kind: 'recovery',
      change: outcome.change,
    });
    expect(await signInWithCode(services, person, NEXT)).toEqual({ outcome: 'refused' });
    services.advance(2);
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
    services.advance(DAY - 300);
    await services.security.settle();
    expect(await services.core.logins.byId(before.id)).toMatchObject({ revoked: false });
    services.advance(300);
    expect(await services.security.settle()).toBe(1);
    expect(await services.security.settle()).toBe(0);
    expect(await services.core.logins.byId(before.id)).toMatchObject({ revoked: true });
    expect(await signInWithCode(services, person)).toEqual({ outcome: 'refused' });
    services.advance(2);
    expect(await signInWithCode(services, person, NEXT)).toMatchObject({ outcome: 'accepted' });
  });

  test('the password holds by the clock alone: a sign-in right then ends the old logins itself', async () => {
    const person = await registerPerson(services);
    const before = await login(person);
    await recoverPassword(person);
    services.advance(DAY);
    expect(await signInWithCode(services, person, NEXT)).toMatchObject({ outcome: 'accepted' });
    expect(await services.core.logins.byId(before.id)).toMatchObject({ revoked: true });
  });

  test('[R-244] O.Auth_13: a login that is left blocks a recovery, and the old password stays', async () => {
    const person = await registerPerson(services);
    const before = await login(person);
    const { change = '' } = await recoverPassword(person);
    expect(await services.security.blockChange(person.accountId, change, origin)).toBe(true);
    services.advance(DAY + 1);
    await services.security.settle();
    expect(await services.core.logins.byId(before.id)).toMatchObject({ revoked: false });
    expect(await signInWithCode(services, person, NEXT)).toEqual({ outcome: 'refused' });
    services.advance(2);
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
  });

  test('[R-243] code and password set a new second factor in place of the lost ones, after a day', async () => {
    const person = await registerPerson(services);
    const attempt = await begin(person.handle, code(person), 'factor');
    expect(await services.recovery.prove(attempt, password, origin)).toEqual({
      outcome: 'accepted',
      attempt,
      goal: 'factor',
    });
    const app = await services.recovery.beginTotp(attempt);
    const shown = totpCode(services, app.secret);
    expect(
      await services.recovery.confirmTotp(attempt, app.enrolment, '000000', origin),
    ).toBeUndefined();
    const outcome = await services.recovery.confirmTotp(attempt, app.enrolment, shown, origin);
    expect(outcome).toMatchObject({ now: false });
    const renewed = { handle: person.handle, totpSecret: app.secret };
    expect(await signInWithCode(services, renewed)).toEqual({ outcome: 'refused' });
    services.advance(2);
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
    services.advance(DAY);
    expect(await signInWithCode(services, person)).toEqual({ outcome: 'refused' });
    services.advance(2);
    expect(await signInWithCode(services, renewed)).toMatchObject({ outcome: 'accepted' });
  });

  test('a new passkey replaces the factors likewise, and blocking brings those back', async () => {
    const person = await registerPerson(services);
    const attempt = await begin(person.handle, code(person), 'factor');
    await services.recovery.prove(attempt, password, origin);
    const { enrolment, options } = await services.recovery.beginPasskey(attempt);
    const passkey = new SoftwarePasskey(ORIGIN);
    const response = passkey.create(options);
    const outcome = await services.recovery.confirmPasskey(attempt, enrolment, response, origin);
    const kinds = async () =>
      (await services.security.factors(person.accountId)).map(({ kind }) => kind).sort();
    expect(await kinds()).toEqual(['passkey', 'recovery-codes', 'totp']);
    const change = outcome?.change ?? '';
    expect(await services.security.blockChange(person.accountId, change, origin)).toBe(true);
    services.advance(DAY + 1);
    expect(await kinds()).toEqual(['recovery-codes', 'totp']);
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
  });

  test.each([
    ['password', 'password'],
    ['password', 'wrong-totp'],
    ['password', 'recovery-code'],
    ['factor', 'totp'],
    ['factor', 'wrong-password'],
    ['factor', 'recovery-code'],
    ['unlock', 'password'],
    ['unlock', 'totp'],
    ['unlock', 'recovery-code'],
  ] as const)('[R-244] goal %s with proof %s is refused', async (goal, kind) => {
    const person = await registerPerson(services);
    const proofs: Record<string, RecoveryProof> = {
      password,
      totp: totp(person),
      'wrong-totp': { kind: 'totp', code: '000000' },
      'wrong-password': { kind: 'password', password: NEXT },
      'recovery-code': { kind: 'recovery-code', code: code(person, 1) },
    };
    const attempt = await begin(person.handle, code(person), goal);
    const proof = proofs[kind] ?? password;
    expect(await services.recovery.prove(attempt, proof, origin)).toEqual({ outcome: 'refused' });
    await expect(services.recovery.setPassword(attempt, NEXT, origin)).rejects.toMatchObject({
      code: 'AUTH_SESSION_GONE',
    });
    await expect(services.recovery.beginTotp(attempt)).rejects.toMatchObject({
      code: 'AUTH_SESSION_GONE',
    });
  });

  test('ORP.4.A10: an administrator recovers with a passkey that stays on its device', async () => {
    const invited = {
      profile: 'Practitioner/recovers',
      membershipId: randomUUID(),
      class: 'admin',
    } as const;
    const own = { invited, passkey: new SoftwarePasskey(ORIGIN), password: `${PASSWORD} oben` };
    const person = await registerPerson(services, own);
    const attempt = await begin(person.handle, code(person), 'factor');
    const proof = { kind: 'password', password: own.password } as const;
    await services.recovery.prove(attempt, proof, origin);
    const denied = { code: 'AUTH_FACTOR_NOT_ADMITTED' };
    await expect(services.recovery.beginTotp(attempt)).rejects.toMatchObject(denied);
    const recover = async (synced: boolean) => {
      const { enrolment, options } = await services.recovery.beginPasskey(attempt);
      const response = new SoftwarePasskey(ORIGIN, { synced }).create(options);
      return services.recovery.confirmPasskey(attempt, enrolment, response, origin);
    };
    await expect(recover(true)).rejects.toMatchObject(denied);
    expect(await recover(false)).toMatchObject({ now: false });
  });

  test('a recovery code serves once: of two recoveries at once, one goes on', async () => {
    const person = await registerPerson(services);
    const attempts = await Promise.all(
      [1, 2].map(() => begin(person.handle, code(person), 'factor')),
    );
    const steps = [];
    for (const attempt of attempts) {
      services.advance(100);
      steps.push(services.recovery.prove(attempt, password, fromSomewhere()));
    }
    const outcomes = (await Promise.all(steps)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
    services.advance(100);
    const again = await begin(person.handle, code(person), 'factor');
    expect(await services.recovery.prove(again, password, fromSomewhere())).toEqual({
      outcome: 'refused',
    });
  });

  test('[R-199] unknown accounts, wrong codes and wrong proofs get the same answers and the same delays', async () => {
    const person = await registerPerson(services);
    services.advance(100);
    const seen = [];
    for (const [handle, typed] of [
      [person.handle, 'AAAAA-BBBBB-CCCCC'],
      [NOBODY, code(person, 3)],
    ] as const) {
      const steps = [];
      for (let tries = 0; tries < 4; tries += 1) {
        const claim = { handle, code: typed, goal: 'password' } as const;
        const first = await services.recovery.begin(claim, fromSomewhere());
        const attempt = first.outcome === 'proof' ? first.attempt : '';
        steps.push({ ...first, attempt: '' });
        if (attempt === '') continue;
        steps.push(await services.recovery.prove(attempt, totp(person), fromSomewhere()));
      }
      seen.push(steps);
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]?.at(-1)).toMatchObject({ outcome: 'wait' });
  });

  test('ORP.4.A13: after the tenth failure in a day, code, password and factor lift the block', async () => {
    const person = await registerPerson(services);
    for (let failures = 0; failures < 10; failures += 1) {
      services.advance(1000);
      expect(await signInWithCode(services, person, 'ein falsches Passwort')).toEqual({
        outcome: 'refused',
      });
    }
    services.advance(1000);
    const claim = { handle: person.handle, password: PASSWORD };
    const blocked = await services.signIn.begin(claim, { clientId: 'diga-app' }, fromSomewhere());
    expect(blocked).toMatchObject({ outcome: 'wait' });
    const attempt = await begin(person.handle, code(person), 'unlock', PASSWORD);
    expect(await services.recovery.prove(attempt, totp(person), origin)).toMatchObject({
      outcome: 'accepted',
      goal: 'unlock',
    });
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
  });
});
