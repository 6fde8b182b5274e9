import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { LoginAuthenticationResponse, MedplumClient } from '@medplum/core';
import { PASSWORD } from '../../../plugins/auth/test/support/sign-in.ts';
import { type Person, type Product, startProduct } from './product.ts';

let product: Product;
let person: Person;

beforeAll(async () => {
  // The build for CommonJS, which Jest loads, looks for WebCrypto at `window`, and says so.
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  product = await startProduct();
  person = await product.person();
}, 60_000);
afterAll(() => product.close(), 30_000);

const verify = (medplum: MedplumClient, login: string, token: string) =>
  medplum.post<LoginAuthenticationResponse>('auth/mfa/verify', { login, token });

/** Signs in as the console does. */
async function signedIn(who: Person, medplum = product.medplum()): Promise<MedplumClient> {
  const { login } = await medplum.startLogin({ email: who.handle, password: PASSWORD });
  const { code } = await verify(medplum, login, who.code());
  await medplum.processCode(String(code));
  return medplum;
}

describe('MedplumClient 5.2: sign-in', () => {
  test('handle, password and second factor; auth/me; sign-out', async () => {
    const medplum = product.medplum();
    expect(await medplum.post('auth/method', { email: person.handle })).toEqual({});
    const step = await medplum.startLogin({ email: person.handle, password: PASSWORD });
    expect(step).toEqual({ login: expect.any(String), mfaRequired: true, mfaMethods: ['totp'] });
    expect(await medplum.get(`auth/login/${step.login}`)).toEqual(step);
    const { code } = await verify(medplum, step.login, person.code());
    const profile = await medplum.processCode(String(code));
    expect(`${profile.resourceType}/${String(profile.id)}`).toBe(person.profile);
    expect(medplum.getProfile()?.id).toBe(profile.id);
    expect(medplum.getProject()).toMatchObject({ id: 'default', name: 'DiGA' });
    expect(medplum.getProjectMembership()?.profile.reference).toBe(person.profile);
    expect(medplum.getUserConfiguration()?.resourceType).toBe('UserConfiguration');
    expect(medplum.getAccessPolicy()?.resource?.map(({ resourceType }) => resourceType)).toContain(
      'Observation',
    );
    expect([medplum.isProjectAdmin(), medplum.isSuperAdmin()]).toEqual([false, false]);
    expect((await medplum.readResource('Patient', String(profile.id))).active).toBe(true);
    const token = String(medplum.getAccessToken());
    await medplum.signOut();
    expect(medplum.getAccessToken()).toBeUndefined();
    const after = await fetch(`${product.url}/auth/me`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(after.status).toBe(401);
    expect(await after.json()).toMatchObject({ resourceType: 'OperationOutcome' });
  }, 20_000);

  test('refreshes by itself when the access token ends', async () => {
    const medplum = await signedIn(person, product.medplum({ refreshGracePeriod: 0 }));
    const before = medplum.getAccessToken();
    await medplum.refreshIfExpired(500_000);
    const after = medplum.getAccessToken();
    expect(after).not.toBe(before);
    expect(await medplum.get('auth/me')).toMatchObject({ membership: { admin: false } });
  }, 20_000);

  test('[R-194] TR-03161 O.Auth_4: the password alone signs nobody in, and no answer tells what was wrong', async () => {
    const victim = await product.person();
    const right = product.medplum();
    const { login } = await right.startLogin({ email: victim.handle, password: PASSWORD });
    await expect(right.post('auth/profile', { login, profile: 'x' })).rejects.toThrow(/expired/);
    const answers = [];
    for (const [email, password] of [
      [victim.handle, 'not the password at all'],
      ['no-such-handle', PASSWORD],
    ] as const) {
      const medplum = product.medplum();
      const step = await medplum.startLogin({ email, password });
      const refusal = await verify(medplum, step.login, victim.code()).catch((error: unknown) =>
        String(error),
      );
      answers.push([Object.keys(step), refusal]);
    }
    const wrongCode = product.medplum();
    const step = await wrongCode.startLogin({ email: victim.handle, password: PASSWORD });
    const refusal = await verify(wrongCode, step.login, '000000').catch((error: unknown) =>
      String(error),
    );
    answers.push([Object.keys(step), refusal]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(refusal).toMatch(/Not signed in: handle, password or second factor is wrong/);
  }, 20_000);

  test('a code is worth nothing without its verifier, and once', async () => {
    const medplum = product.medplum();
    const { login } = await medplum.startLogin({ email: person.handle, password: PASSWORD });
    const { code } = await verify(medplum, login, person.code());
    const thief = product.medplum();
    await expect(thief.processCode(String(code))).rejects.toThrow();
    const profile = await medplum.processCode(String(code));
    expect(profile.id).toBe(person.profile.slice('Patient/'.length));
    const token = medplum.getAccessToken();
    await expect(medplum.processCode(String(code))).rejects.toThrow();
    // Whoever has it twice has stolen it from somebody: its login ends.
    const answer = await fetch(`${product.url}/auth/me`, {
      headers: { authorization: `Bearer ${String(token)}` },
    });
    expect(answer.status).toBe(401);
  }, 20_000);

  test('sessions: listed in auth/me, and ended one by one', async () => {
    const [first, second] = [await signedIn(person), await signedIn(person)];
    const me = await first.get<{ security: { sessions: { id: string }[] } }>('auth/me');
    const own = claim(first, 'login_id');
    const other = claim(second, 'login_id');
    expect(me.security.sessions.map(({ id }) => id)).toEqual(expect.arrayContaining([own, other]));
    await first.post('auth/revoke', { loginId: other });
    await expect(second.get('auth/me')).rejects.toThrow();
    expect(await first.get('auth/mfa/status')).toMatchObject({ enrolled: true });
    await expect(first.post('auth/revoke', { loginId: other })).rejects.toThrow(/nothing/);
  }, 20_000);

  test('what is not offered says so and why', async () => {
    const medplum = product.medplum();
    const start = { firstName: 'A', lastName: 'B', email: 'a@b.example', password: 'x' };
    await expect(medplum.startNewUser(start)).rejects.toThrow(
      /Not offered here: accounts are made/,
    );
    await expect(
      medplum.startGoogleLogin({ googleClientId: 'x', googleCredential: 'y' }),
    ).rejects.toThrow(/Not offered here/);
    await expect(medplum.startNewProject({ login: 'x', projectName: 'y' })).rejects.toThrow(
      /there is one project/,
    );
    await expect(medplum.startNewPatient({ login: 'x', projectId: 'y' })).rejects.toThrow(
      /patients register/,
    );
  });
});

function claim(medplum: MedplumClient, name: string): string {
  const [, payload = ''] = String(medplum.getAccessToken()).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, string>;
  return String(claims[name]);
}
