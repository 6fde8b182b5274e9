import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  type AccountServices,
  accountServices,
  begun,
  freshActor,
  fromSomewhere,
  ORIGIN,
  PASSWORD,
  type Person,
  registerPerson,
  totpCode,
} from '../support/account-services.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { SoftwarePasskey } from '../support/software-passkey.ts';

const ALONE = 'urn:diga:acr:1fa-consented';

// Each sign-in costs a hash of a tenth of a second, and more where much runs at once.
jest.setTimeout(60_000);

describe('TR-03161 O.Auth_5: a login with one factor', () => {
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

  const begin = async (): Promise<string> => {
    const step = await services.signIn.beginPasskeyOnly({ clientId: 'diga-app' }, fromSomewhere());
    return step.outcome === 'second-factor' ? step.attempt : '';
  };
  const alone = async (passkey: SoftwarePasskey) => {
    const attempt = await begin();
    const response = passkey.get(await services.signIn.passkeyOptions(attempt));
    return services.signIn.finish(attempt, { kind: 'passkey', response }, fromSomewhere());
  };
  const give = (person: Person) =>
    services.lowerAssurance.give(freshActor(services, person), 'de-2026-1', origin);

  test('[R-278] is impossible without an active consent, says so in acr, and ends with the withdrawal', async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    const person = await registerPerson(services, { passkey });
    expect(await alone(passkey)).toEqual({ outcome: 'refused' });
    await give(person);
    expect(await services.lowerAssurance.active(person.accountId)).toMatchObject({
      textVersion: 'de-2026-1',
    });
    expect(await alone(passkey)).toMatchObject({
      outcome: 'accepted',
      accountId: person.accountId,
      acr: ALONE,
      amr: ['hwk', 'user'],
    });
    const one = await services.core.logins.create({
      accountId: person.accountId,
      clientId: 'diga-app',
      ...person.identity,
      scope: 'openid',
      authMethod: 'password',
      acr: ALONE,
      amr: [],
      authTime: new Date(services.now()),
      grantKey: 'Z3JhbnQ',
      context: {},
      expiresAt: new Date(services.now() + 86_400_000),
    });
    expect(await services.lowerAssurance.withdraw(person.accountId, origin)).toBe(true);
    expect(await services.core.logins.byId(one.id)).toMatchObject({ revoked: true });
    expect(await alone(passkey)).toEqual({ outcome: 'refused' });
    expect(await services.lowerAssurance.withdraw(person.accountId, origin)).toBe(false);
    const { length } = await database.query({
      text: 'SELECT 1 FROM lower_assurance_consent WHERE account_id = $1',
      values: [person.accountId],
    });
    expect(length).toBe(1);
  });

  test('a consent that was withdrawn in between lets no accepted sign-in through', async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    const person = await registerPerson(services, { passkey });
    await give(person);
    const step = await alone(passkey);
    await services.lowerAssurance.withdraw(person.accountId, origin);
    const attempt = step.outcome === 'accepted' ? step.attempt : '';
    await expect(services.signIn.consume(attempt)).rejects.toMatchObject({
      code: 'AUTH_SESSION_GONE',
    });
  });

  test('[R-278] is nothing for those who act for others, neither to agree to nor to act with', async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    const invited = {
      profile: 'Practitioner/alone',
      membershipId: crypto.randomUUID(),
      class: 'staff',
    } as const;
    const person = await registerPerson(services, { invited, passkey });
    await expect(give(person)).rejects.toMatchObject({ code: 'AUTH_CONSENT_NOT_OFFERED' });
    expect(await alone(passkey)).toEqual({ outcome: 'refused' });
  });

  test('a one-time code alone is no login, whatever was agreed to', async () => {
    const person = await registerPerson(services);
    await give(person);
    const proof = { kind: 'totp', code: totpCode(services, person.totpSecret) } as const;
    expect(await services.signIn.finish(await begin(), proof, fromSomewhere())).toEqual({
      outcome: 'refused',
    });
    const both = await begun(services, person.handle, PASSWORD);
    expect(await services.signIn.finish(both, proof, fromSomewhere())).toMatchObject({
      outcome: 'accepted',
      acr: 'urn:diga:acr:2fa',
    });
  });

  test('O.Auth_12: one factor does not change factors', async () => {
    const person = await registerPerson(services);
    const actor = freshActor(services, person, ALONE);
    await expect(services.security.newRecoveryCodes(actor, origin)).rejects.toMatchObject({
      code: 'AUTH_REAUTHENTICATION_NEEDED',
    });
  });
});
