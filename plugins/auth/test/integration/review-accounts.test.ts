import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { composeExternal } from '../../compose/external.ts';
import { attemptStore } from '../../external/attempt-store.ts';
import type { Frame } from '../../pages/visit.ts';
import type { RecoveryGoal, RecoveryProof } from '../../recovery/recovery.ts';
import {
  type AccountServices,
  accountServices,
  begun,
  fromSomewhere,
  freshActor,
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
const NEXT = 'vier Wolken ueber dem Moor';

// Each sign-in costs a hash of a tenth of a second, and more where much runs at once.
jest.setTimeout(60_000);

describe('Accounts under attack', () => {
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

  const begin = async (
    person: Pick<Person, 'handle'>,
    code: string,
    goal: RecoveryGoal,
    password?: string,
  ) => {
    const claim = { handle: person.handle, code, goal };
    const typed = password === undefined ? claim : { ...claim, password };
    const step = await services.recovery.begin(typed, fromSomewhere());
    if (step.outcome !== 'proof') throw new TypeError(step.outcome);
    return step.attempt;
  };
  const prove = (attempt: string, proof: RecoveryProof) =>
    services.recovery.prove(attempt, proof, fromSomewhere());
  const totp = (person: Pick<Person, 'totpSecret'>): RecoveryProof => ({
    kind: 'totp',
    code: totpCode(services, person.totpSecret),
  });
  const code = (person: Person, index = 0): string => person.recoveryCodes[index] ?? '';
  const provenRecovery = async (person: Person, index = 0) => {
    const attempt = await begin(person, code(person, index), 'password');
    expect(await prove(attempt, totp(person))).toMatchObject({ outcome: 'accepted' });
    return attempt;
  };

  test('[R-242] a lock blocks what a thief has announced before: it does not come into force behind the lock', async () => {
    const person = await registerPerson(services);
    const attempt = await provenRecovery(person);
    await services.recovery.setPassword(attempt, NEXT, origin);
    services.advance(60);
    const password = { kind: 'password', password: PASSWORD } as const;
    const second = await begin(person, code(person, 1), 'factor');
    expect(await prove(second, password)).toMatchObject({ outcome: 'accepted' });
    const { enrolment, secret } = await services.recovery.beginTotp(second);
    const shown = totpCode(services, secret);
    await services.recovery.confirmTotp(second, enrolment, shown, origin);
    await services.lock.lockWithCode(person.handle, person.lockCode, fromSomewhere());
    services.advance(DAY + 60);
    await services.security.settle();
    const thief = { ...person, totpSecret: secret };
    const unlock = await begin(person, code(person, 2), 'unlock', NEXT);
    expect(await prove(unlock, totp(thief))).toEqual({ outcome: 'refused' });
    services.advance(60);
    const owner = await begin(person, code(person, 3), 'unlock', PASSWORD);
    expect(await prove(owner, totp(person))).toMatchObject({ outcome: 'accepted' });
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
    expect((await services.security.notices(person.accountId)).map(({ kind }) => kind)).toContain(
      'change-blocked',
    );
  });

  test('[R-242] a recovery that was proven before a lock changes nothing after it', async () => {
    const person = await registerPerson(services);
    const attempt = await provenRecovery(person);
    services.advance(1);
    await services.lock.lock(person.accountId, origin);
    const gone = { code: 'AUTH_SESSION_GONE' };
    const set = services.recovery.setPassword(attempt, NEXT, origin);
    await expect(set).rejects.toMatchObject(gone);
    const begunBefore = await registerPerson(services);
    const open = await begin(begunBefore, code(begunBefore), 'password');
    services.advance(1);
    await services.lock.lock(begunBefore.accountId, origin);
    expect(await prove(open, totp(begunBefore))).toEqual({ outcome: 'refused' });
  });

  test('[R-243] who knows an account number and no code does not keep its owner from recovering', async () => {
    const person = await registerPerson(services);
    for (let failure = 0; failure < 12; failure += 1) {
      const attempt = await begin(person, `AAAAA-BBBBB-000${failure % 10}${failure}`, 'password');
      const answer = await prove(attempt, { kind: 'totp', code: '000000' });
      expect(answer.outcome).toMatch(/^(refused|wait)$/);
    }
    await provenRecovery(person);
  });

  test('ORP.4.A13: one recovery code is blocked for a day after ten wrong proofs, from wherever they come', async () => {
    const person = await registerPerson(services);
    let proofs = 0;
    for (let tries = 0; tries < 40 && proofs < 10; tries += 1) {
      const answer = await services.recovery.begin(
        { handle: person.handle, code: code(person), goal: 'password' },
        fromSomewhere(),
      );
      if (answer.outcome === 'proof') {
        const { outcome } = await prove(answer.attempt, { kind: 'totp', code: '000000' });
        if (outcome === 'refused') proofs += 1;
      }
      services.advance(60);
    }
    expect(proofs).toBe(10);
    services.advance(3600);
    const claim = { handle: person.handle, code: code(person), goal: 'password' } as const;
    expect(await services.recovery.begin(claim, fromSomewhere())).toMatchObject({
      outcome: 'wait',
    });
    await provenRecovery(person, 1);
  });

  test('an unlocking that the ledger cannot take does not happen', async () => {
    const person = await registerPerson(services);
    await services.lock.lock(person.accountId, origin);
    services.advance(60);
    const attempt = await begin(person, code(person), 'unlock', PASSWORD);
    services.failAudit = true;
    await expect(prove(attempt, totp(person))).rejects.toThrow('the ledger is down');
    services.failAudit = false;
    services.advance(60);
    expect(await signInWithCode(services, person)).toEqual({ outcome: 'refused' });
  });

  test('a registration whose passkey is refused by the store leaves no account behind', async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    await registerPerson(services, { passkey });
    const accounts = async () =>
      database.query<{ count: number }>({ text: 'SELECT count(*)::int AS count FROM account' });
    const before = await accounts();
    await expect(registerPerson(services, { passkey })).rejects.toMatchObject({
      code: 'AUTH_SESSION_GONE',
    });
    expect(await accounts()).toEqual(before);
  });

  test('O.Auth_4: neither the passkey nor the code of another account finishes a sign-in', async () => {
    const victim = await registerPerson(services);
    const own = new SoftwarePasskey(ORIGIN);
    const attacker = await registerPerson(services, { passkey: own });
    const other = await registerPerson(services);
    const attempt = await begun(services, victim.handle);
    const response = own.get(await services.signIn.passkeyOptions(attempt));
    const refused = { outcome: 'refused' };
    expect(
      await services.signIn.finish(attempt, { kind: 'passkey', response }, fromSomewhere()),
    ).toEqual(refused);
    services.advance(10);
    const stolen = { kind: 'totp', code: totpCode(services, other.totpSecret) } as const;
    expect(await services.signIn.finish(attempt, stolen, fromSomewhere())).toEqual(refused);
    expect(await signInWithPasskey(services, attacker, own)).toMatchObject({
      outcome: 'accepted',
    });
  });

  test('O.Auth_5: one factor connects no other provider, two do, and the owner is told', async () => {
    const person = await registerPerson(services);
    const external = await composeExternal(services.core, {} as Frame);
    const { box, host } = services.core;
    const attempts = attemptStore(database, box, host.clock);
    const { accountId } = person;
    await attempts.keepUnbound({
      kind: 'unbound',
      provider: 'clinic',
      interaction: 'away',
      issuer: 'https://idp.example',
      subject: 'somebody',
      acr: 'urn:diga:acr:2fa',
      amr: [],
      authTime: Math.floor(services.now() / 1000),
      connect: true,
    });
    await external.signedIn('away', { accountId, acr: 'urn:diga:acr:1fa-consented' }, {});
    expect(await external.links.list(accountId)).toEqual([]);
    await external.signedIn('away', { accountId, acr: 'urn:diga:acr:2fa' }, {});
    expect(await external.links.list(accountId)).toHaveLength(1);
    const [notice] = await services.security.notices(accountId);
    expect(notice?.kind).toBe('provider-linked');
  });

  test('[R-194] O.Data_1: a name that somebody writes into the label of a factor is in no copy of the database', async () => {
    const person = await registerPerson(services);
    const actor = freshActor(services, person);
    const { enrolment, secret } = await services.security.beginTotp(actor);
    const shown = totpCode(services, secret);
    await services.security.confirmTotp(actor, enrolment, shown, 'Tablet von Maria', origin);
    const rows = await database.query<{ text: string }>({
      text: `SELECT f::text AS text FROM account_factor f UNION ALL SELECT n::text FROM account_notice n`,
    });
    expect(rows.length).toBeGreaterThan(2);
    for (const { text } of rows) expect(text).not.toContain('Maria');
    const labelled = { label: 'Tablet von Maria' };
    const factors = await services.security.factors(person.accountId);
    expect(factors).toContainEqual(expect.objectContaining(labelled));
    expect((await services.security.notices(person.accountId))[0]).toMatchObject(labelled);
  });

  test('[R-244] a factor that is added while a recovery of the factors waits goes with the others', async () => {
    const person = await registerPerson(services);
    const password = { kind: 'password', password: PASSWORD } as const;
    const attempt = await begin(person, code(person), 'factor');
    expect(await prove(attempt, password)).toMatchObject({ outcome: 'accepted' });
    const { enrolment, secret } = await services.recovery.beginTotp(attempt);
    await services.recovery.confirmTotp(attempt, enrolment, totpCode(services, secret), origin);
    // Whoever has the lost phone adds one more device.
    const actor = freshActor(services, person);
    const thief = new SoftwarePasskey(ORIGIN);
    const { enrolment: adding, options } = await services.security.beginPasskey(actor);
    const made = thief.create(options);
    await services.security.confirmPasskey(actor, adding, made, undefined, origin);
    expect(await signInWithPasskey(services, person, thief)).toMatchObject({ outcome: 'accepted' });
    services.advance(DAY + 60);
    await services.security.settle();
    expect(await signInWithPasskey(services, person, thief)).toEqual({ outcome: 'refused' });
    services.advance(60);
    expect(await signInWithCode(services, { ...person, totpSecret: secret })).toMatchObject({
      outcome: 'accepted',
    });
  });
});
