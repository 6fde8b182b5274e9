import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { LoginAuthenticationResponse, MedplumClient } from '@medplum/core';
import type { AuthServer } from '../../../plugins/auth/test/support/auth-server.ts';
import { PASSWORD, totpCode } from '../../../plugins/auth/test/support/sign-in.ts';
import { type Person, type Product, startProduct } from './product.ts';

let product: Product;
let person: Person;

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  product = await startProduct();
  person = await product.person();
}, 60_000);
afterAll(() => product.close(), 30_000);

async function signedIn(code = person.code()): Promise<MedplumClient> {
  const client = product.medplum();
  const { login } = await client.startLogin({ email: person.handle, password: PASSWORD });
  const step = await client.post<LoginAuthenticationResponse>('auth/mfa/verify', {
    login,
    token: code,
  });
  await client.processCode(String(step.code));
  return client;
}

interface Status {
  readonly enrolled: boolean;
  readonly factors: readonly { readonly id: string; readonly kind: string }[];
}

describe('MedplumClient 5.2: factors of the own account', () => {
  test('X-Medplum-On-Behalf-Of is refused and not ignored; auth/scope says what to do instead', async () => {
    const medplum = product.medplum();
    medplum.setAccessToken(await product.sandboxToken('full'));
    const headers = { 'X-Medplum-On-Behalf-Of': person.profile };
    for (const url of [medplum.fhirUrl('Patient'), 'auth/me']) {
      await expect(medplum.get(url, { headers: { ...headers } })).rejects.toThrow(
        /everybody acts as themselves/,
      );
    }
    await expect(medplum.post('auth/scope', { login: 'x', scope: 'openid' })).rejects.toThrow(
      /asks auth\/login for the scopes/,
    );
  });

  test('[R-194] TR-03161 O.Auth_4: mfa/enroll adds a further app, mfa/disable announces a removal, and the last factor stays', async () => {
    const medplum = await signedIn();
    const apps = async () =>
      (await medplum.get<Status>('auth/mfa/status')).factors.filter(({ kind }) => kind === 'totp');
    const [first] = await apps();
    await expect(medplum.post('auth/mfa/disable', { token: '123456' })).rejects.toThrow(
      /factor is not usable/,
    );
    await expect(medplum.post('auth/mfa/disable', { factor: first?.id })).rejects.toThrow(
      /last|only/,
    );
    const begun = await medplum.post<{ enrolment: string; enrollUri: string; secret: string }>(
      'auth/mfa/enroll',
      {},
    );
    expect(begun.enrollUri).toMatch(/^otpauth:\/\/totp\//);
    const { enrolment } = begun;
    await expect(medplum.post('auth/mfa/enroll', { enrolment, token: '000000' })).rejects.toThrow(
      /not what the new app shows/,
    );
    expect(await apps()).toHaveLength(1);
    const added = await medplum.post<{ now: boolean }>('auth/mfa/enroll', {
      enrolment,
      token: totpCode({ now: product.now } as AuthServer, begun.secret),
      label: 'Second phone',
    });
    expect(added.now).toBe(true);
    expect(await apps()).toHaveLength(2);
    // A sign-in by codes could have been phished: a removal is announced and can be blocked until then.
    const removal = await medplum.post<{ now: boolean; effectiveAt: string }>('auth/mfa/disable', {
      factor: first?.id,
    });
    expect(removal.now).toBe(false);
    expect(Date.parse(removal.effectiveAt)).toBeGreaterThan(product.now());
    expect(await apps()).toHaveLength(2);
    await signedIn();
    // The clock of the server goes on by half a minute each time, and the sign-in is an old one then.
    for (let half = 0; half < 10; half += 1) person.code();
    await medplum.refreshIfExpired(500_000);
    await expect(medplum.post('auth/mfa/enroll', {})).rejects.toThrow(
      /not older than five minutes/,
    );
  }, 30_000);
});
