import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  type AccountServices,
  accountServices,
  fromSomewhere,
  freshActor,
  NOBODY,
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

const ADMIN_PASSWORD = 'sechzehn Zeichen sind es hier';

// Each sign-in costs a hash of a tenth of a second, and more where much runs at once.
jest.setTimeout(60_000);

describe('Lock, unlock and the support desk', () => {
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

  const login = (person: Person) =>
    services.core.logins.create({
      accountId: person.accountId,
      clientId: 'diga-app',
      ...person.identity,
      scope: 'openid',
      authMethod: 'password',
      acr: 'urn:diga:acr:2fa',
      amr: [],
      authTime: new Date(services.now()),
      grantKey: randomUUID(),
      context: {},
      expiresAt: new Date(services.now() + 86_400_000),
    });
  const unlock = async (person: Person, password = PASSWORD) => {
    const claim = { handle: person.handle, goal: 'unlock', password } as const;
    const typed = { ...claim, code: person.recoveryCodes[0] ?? '' };
    const step = await services.recovery.begin(typed, fromSomewhere());
    const attempt = step.outcome === 'proof' ? step.attempt : '';
    const proof = { kind: 'totp', code: totpCode(services, person.totpSecret) } as const;
    return (await services.recovery.prove(attempt, proof, fromSomewhere())).outcome;
  };
  const operator = async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    const profile = `Practitioner/${randomUUID()}`;
    const membershipId = randomUUID();
    const invited = { profile, membershipId, class: 'admin' } as const;
    await services.core.host.repository.update({
      resourceType: 'ProjectMembership',
      id: membershipId,
      active: true,
      project: { reference: 'Project/default' },
      user: { reference: `User/${randomUUID()}` },
      profile: { reference: profile },
      access: [{ policy: { reference: 'AccessPolicy/admin' } }],
    });
    const person = await registerPerson(services, { invited, passkey, password: ADMIN_PASSWORD });
    return { accountId: person.accountId, profile, acr: 'urn:diga:acr:2fa-phr', person, passkey };
  };

  test('[R-242] a lock ends all logins and keeps everybody out at once; password, factor and code lift it', async () => {
    const person = await registerPerson(services);
    const other = await registerPerson(services);
    const one = await login(person);
    const untouched = await login(other);
    await services.lock.lock(person.accountId, origin);
    expect(await services.core.logins.byId(one.id)).toMatchObject({ revoked: true });
    expect(services.core.revoked.has(one.grantKey ?? '')).toBe(true);
    expect(await services.core.logins.byId(untouched.id)).toMatchObject({ revoked: false });
    expect(await signInWithCode(services, person)).toEqual({ outcome: 'refused' });
    services.advance(60);
    expect(await unlock(person, 'ein anderes Passwort')).toBe('refused');
    services.advance(60);
    expect(await signInWithCode(services, person)).toEqual({ outcome: 'refused' });
    services.advance(60);
    expect(await unlock(person)).toBe('accepted');
    expect(await services.core.logins.byId(one.id)).toMatchObject({ revoked: true });
    services.advance(60);
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
    const kinds = (await services.security.notices(person.accountId)).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['locked', 'unlocked']);
  });

  test('[R-242] [R-199] the lock code locks without a sign-in, and no answer tells whether it did', async () => {
    const person = await registerPerson(services);
    const { lockWithCode } = services.lock;
    const typed = person.lockCode.toLowerCase().replaceAll('-', ' ');
    const answers = [
      await lockWithCode(NOBODY, person.lockCode, origin),
      await lockWithCode(person.handle, 'AAAAAAA-BBBBBBB', origin),
      await lockWithCode(person.handle, '', origin),
    ];
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
    answers.push(await lockWithCode(person.handle, typed, origin));
    answers.push(await lockWithCode(person.handle, typed, origin));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set(['{"outcome":"taken-note"}']),
    );
    expect(await signInWithCode(services, person)).toEqual({ outcome: 'refused' });
    const locks = services.events.filter(
      ({ description, patient }) =>
        patient === person.identity.profile && description === 'Account locked with its lock code',
    );
    expect(locks).toHaveLength(1);
  });

  test('a renewed lock code voids the one before, and one address tries only so many', async () => {
    const person = await registerPerson(services);
    const fresh = await services.security.newLockCode(freshActor(services, person), origin);
    await services.lock.lockWithCode(person.handle, person.lockCode, fromSomewhere());
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
    const here = fromSomewhere();
    const answers = [];
    for (let tries = 0; tries < 11; tries += 1) {
      answers.push((await services.lock.lockWithCode(NOBODY, fresh, here)).outcome);
    }
    expect(answers.filter((outcome) => outcome === 'taken-note')).toHaveLength(10);
    expect(answers.at(-1)).toBe('wait');
  });

  test('logins that a crash during a lock has left are ended by the next sweep', async () => {
    const person = await registerPerson(services);
    await services.core.database.transaction((tx) =>
      services.core.accounts.lock(tx, person.accountId),
    );
    const left = await login(person);
    await services.security.settle();
    expect(await services.core.logins.byId(left.id)).toMatchObject({ revoked: true });
  });

  test('[R-244] ORP.4.A24: two administrators unlock, one alone does not, and the ledger names both', async () => {
    const person = await registerPerson(services);
    await services.lock.lock(person.accountId, origin);
    const first = await operator();
    const second = await operator();
    const wish = { handle: person.handle, goal: 'unlock', ticket: 'INC-4711' } as const;
    const request = await services.desk.request(first, wish, origin);
    expect((await services.desk.open(second)).map(({ id }) => id)).toContain(request.id);
    await expect(services.desk.approve(first, request.id, origin)).rejects.toMatchObject({
      code: 'AUTH_REQUEST_UNKNOWN',
    });
    expect(await signInWithCode(services, person)).toEqual({ outcome: 'refused' });
    const approvals = await Promise.allSettled(
      [1, 2].map(() => services.desk.approve(second, request.id, origin)),
    );
    expect(approvals.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    services.advance(60);
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
    expect(services.events.map(({ description }) => description)).toContain(
      `Support desk, unlock, ticket INC-4711: approved; requested by ${first.profile}`,
    );
  });

  test('[R-244] a code of the desk replaces a lost recovery code, not the factor that is left', async () => {
    const person = await registerPerson(services);
    const [first, second] = [await operator(), await operator()];
    const wish = { handle: person.handle, goal: 'recovery', ticket: '4712' } as const;
    const request = await services.desk.request(first, wish, origin);
    const { code = '' } = await services.desk.approve(second, request.id, origin);
    const begin = async (goal: 'password' | 'factor') => {
      services.advance(100);
      const claim = { handle: person.handle, code, goal };
      const step = await services.recovery.begin(claim, fromSomewhere());
      return step.outcome === 'proof' ? step.attempt : '';
    };
    const wrong = { kind: 'password', password: 'geraten ist nicht gewusst' } as const;
    expect(await services.recovery.prove(await begin('factor'), wrong, fromSomewhere())).toEqual({
      outcome: 'refused',
    });
    const attempt = await begin('password');
    const paper = { kind: 'recovery-code', code: person.recoveryCodes[4] ?? '' } as const;
    expect(await services.recovery.prove(attempt, paper, fromSomewhere())).toMatchObject({
      outcome: 'accepted',
    });
    const set = await services.recovery.setPassword(attempt, 'vier Wolken ueber dem Moor', origin);
    expect(set).toMatchObject({ now: false });
    expect((await services.security.notices(person.accountId))[0]?.kind).toBe(
      'recovery-by-operator',
    );
    const once = await begin('factor');
    const right = { kind: 'password', password: PASSWORD } as const;
    expect(await services.recovery.prove(once, right, fromSomewhere())).toEqual({
      outcome: 'refused',
    });
  });

  test('the desk is for administrators with a factor that resists phishing, and tells nobody who has an account', async () => {
    const admin = await operator();
    const wish = { handle: NOBODY, goal: 'unlock', ticket: '1' } as const;
    const person = await registerPerson(services);
    const denied = { code: 'AUTH_OPERATOR_DENIED' };
    const weak = { ...admin, acr: 'urn:diga:acr:2fa' };
    const patient = { accountId: person.accountId, profile: admin.profile, acr: admin.acr };
    for (const one of [weak, patient]) {
      await expect(services.desk.request(one, wish, origin)).rejects.toMatchObject(denied);
      await expect(services.desk.open(one)).rejects.toMatchObject(denied);
      await expect(services.desk.approve(one, randomUUID(), origin)).rejects.toMatchObject(denied);
      await expect(services.desk.reject(one, randomUUID(), origin)).rejects.toMatchObject(denied);
    }
    const unknown = await services.desk.request(admin, wish, origin);
    const known = await services.desk.request(admin, { ...wish, handle: person.handle }, origin);
    expect(Object.keys(unknown)).toEqual(Object.keys(known));
    await expect(
      services.desk.request(admin, { ...wish, ticket: 'Frau Meier, Tel. 0211' }, origin),
    ).rejects.toMatchObject({ code: 'AUTH_TICKET_INVALID' });
    await services.desk.reject(admin, unknown.id, origin);
    expect((await services.desk.open(admin)).map(({ id }) => id)).not.toContain(unknown.id);
    expect(
      await signInWithPasskey(services, admin.person, admin.passkey, ADMIN_PASSWORD),
    ).toMatchObject({ outcome: 'accepted', acr: 'urn:diga:acr:2fa-phr' });
  });
});
