import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { IdentityClass } from '../../../../src/plugin/sdk.ts';
import {
  type AccountServices,
  accountServices,
  begun,
  freshActor,
  fromSomewhere,
  NOBODY,
  ORIGIN,
  PASSWORD,
  registerPerson,
  signInWithCode,
  signInWithPasskey,
} from '../support/account-services.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { SoftwarePasskey } from '../support/software-passkey.ts';

// Each sign-in costs a hash of a tenth of a second, and more where much runs at once.
jest.setTimeout(60_000);

describe('WebAuthn Level 3: passkeys as the second factor', () => {
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

  test('[R-277] a passkey bound to its device makes 2fa-phr, one that is synced makes 2fa', async () => {
    const bound = new SoftwarePasskey(ORIGIN);
    const synced = new SoftwarePasskey(ORIGIN, { synced: true });
    const one = await registerPerson(services, { passkey: bound });
    const other = await registerPerson(services, { passkey: synced });
    expect(await signInWithPasskey(services, one, bound)).toMatchObject({
      outcome: 'accepted',
      acr: 'urn:diga:acr:2fa-phr',
      amr: ['pwd', 'hwk', 'user', 'mfa'],
    });
    expect(await signInWithPasskey(services, other, synced)).toMatchObject({
      outcome: 'accepted',
      acr: 'urn:diga:acr:2fa',
      amr: ['pwd', 'swk', 'user', 'mfa'],
    });
  });

  test('[R-194] section 14.4: the device learns a random id and a neutral word, and only algorithms of TR-02102-1 are asked for', async () => {
    const draft = await services.registration.begin('neutral');
    const options = await services.registration.passkeyOptions(draft);
    expect(options).toMatchObject({
      attestation: 'none',
      rp: { id: 'api.diga.example' },
      user: { name: 'Account', displayName: '' },
      pubKeyCredParams: [{ alg: -7 }, { alg: -35 }, { alg: -36 }],
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const told = JSON.stringify(options);
    for (const secret of [draft.accountId, draft.handle, draft.identity.profile]) {
      expect(told).not.toContain(secret);
    }
  });

  test('the right passkey with the wrong password is refused, and so are others', async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    const person = await registerPerson(services, { passkey });
    const stranger = new SoftwarePasskey(ORIGIN);
    await registerPerson(services, { passkey: stranger });
    const refused = { outcome: 'refused' };
    expect(await signInWithPasskey(services, person, passkey, 'ein anderer Satz hier')).toEqual(
      refused,
    );
    services.advance(100);
    expect(await signInWithPasskey(services, person, stranger)).toEqual(refused);
    expect(await signInWithPasskey(services, { handle: NOBODY }, passkey)).toEqual(refused);
  });

  test.each([
    ['without verification of its user', (key: SoftwarePasskey) => (key.verifies = false)],
    [
      'for another origin',
      (key: SoftwarePasskey) => (key.origin = 'https://api.diga.example.evil'),
    ],
    ['for another relying party', (key: SoftwarePasskey) => (key.rpId = 'diga.example')],
    ['for another user id', (key: SoftwarePasskey) => (key.userHandle = 'AAAA')],
  ])('section 7.2: a signature %s is refused', async (_what, spoil) => {
    const passkey = new SoftwarePasskey(ORIGIN);
    const person = await registerPerson(services, { passkey });
    spoil(passkey);
    expect(await signInWithPasskey(services, person, passkey)).toEqual({ outcome: 'refused' });
  });

  test.each([undefined, null, 'text', 7, {}, { id: 'x', response: {} }, { id: 'a'.repeat(5000) }])(
    'a response that is none is refused: %j',
    async (response) => {
      const person = await registerPerson(services, { passkey: new SoftwarePasskey(ORIGIN) });
      const origin = fromSomewhere();
      const attempt = await begun(services, person.handle, PASSWORD, origin);
      await services.signIn.passkeyOptions(attempt);
      const proof = { kind: 'passkey', response } as const;
      expect(await services.signIn.finish(attempt, proof, origin)).toEqual({ outcome: 'refused' });
    },
  );

  test('section 13.4.3: a challenge serves once, and none serves another attempt', async () => {
    const passkey = new SoftwarePasskey(ORIGIN, { synced: true });
    const person = await registerPerson(services, { passkey });
    const origin = fromSomewhere();
    const attempt = await begun(services, person.handle, PASSWORD, origin);
    const response = passkey.get(await services.signIn.passkeyOptions(attempt));
    const proof = { kind: 'passkey', response } as const;
    const steps = await Promise.all(
      [1, 2].map(() => services.signIn.finish(attempt, proof, fromSomewhere())),
    );
    expect(steps.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    services.advance(100);
    const again = await begun(services, person.handle, PASSWORD, origin);
    await services.signIn.passkeyOptions(again);
    expect(await services.signIn.finish(again, proof, origin)).toEqual({ outcome: 'refused' });
  });

  test('section 6.1.1: a signature counter that goes back is refused and reported', async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    const person = await registerPerson(services, { passkey });
    expect(await signInWithPasskey(services, person, passkey)).toMatchObject({
      outcome: 'accepted',
    });
    passkey.counter = 0;
    expect(await signInWithPasskey(services, person, passkey)).toEqual({ outcome: 'refused' });
    expect(services.events.at(-1)).toMatchObject({
      type: '110113',
      outcome: 'serious',
      description: 'The signature counter of a passkey went back: there may be a copy of it',
    });
  });

  test('a passkey is taken once: nobody adds one that another account has', async () => {
    const passkey = new SoftwarePasskey(ORIGIN);
    await registerPerson(services, { passkey });
    const other = await registerPerson(services);
    const actor = freshActor(services, other);
    const { enrolment, options } = await services.security.beginPasskey(actor);
    const response = passkey.create(options);
    const add = services.security.confirmPasskey(
      actor,
      enrolment,
      response,
      undefined,
      fromSomewhere(),
    );
    expect(await add).toBeUndefined();
    expect(await signInWithCode(services, other)).toMatchObject({ outcome: 'accepted' });
  });

  const invited = (name: string, identityClass: IdentityClass) => ({
    profile: `Practitioner/${name}`,
    membershipId: crypto.randomUUID(),
    class: identityClass,
  });

  test('IT-Grundschutz ORP.4.A10: an administrator registers with a passkey that stays on its device, or not at all', async () => {
    const password = 'sechzehn Zeichen sind es hier';
    const admin = invited('a1', 'admin');
    await expect(registerPerson(services, { invited: admin, password })).rejects.toThrow(
      'wrong-code',
    );
    const synced = new SoftwarePasskey(ORIGIN, { synced: true });
    await expect(
      registerPerson(services, { invited: admin, password, passkey: synced }),
    ).rejects.toThrow('wrong-code');
    const bound = new SoftwarePasskey(ORIGIN);
    const person = await registerPerson(services, { invited: admin, password, passkey: bound });
    expect(person.accountId).toBeDefined();
  });

  test('staff have longer passwords than patients, administrators the longest', async () => {
    const fourteen = 'acht Wolken da';
    await expect(
      registerPerson(services, { invited: invited('s1', 'staff'), password: 'drei Wolken' }),
    ).rejects.toThrow('too-short');
    await registerPerson(services, { invited: invited('s2', 'staff'), password: fourteen });
    await expect(
      registerPerson(services, {
        invited: invited('a2', 'admin'),
        password: fourteen,
        passkey: new SoftwarePasskey(ORIGIN),
      }),
    ).rejects.toThrow('too-short');
  });
});
