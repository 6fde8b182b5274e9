import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../../../src/plugin/sdk.ts';
import type { IdpFault } from '../../../../sandbox/idp/index.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import { Browser, fieldValue } from '../support/browser.ts';
import { atClinic, type Clinic, signInAt, startClinic } from '../support/clinic-login.ts';
import { authorizationRequest, logIn, PASSWORD, register, totpCode } from '../support/sign-in.ts';

let database: Database & { drop(): Promise<void> };
let clinic: Clinic;
let other: Clinic;
let server: AuthServer;

beforeAll(async () => {
  [database, clinic, other] = await Promise.all([
    accountsDatabase(),
    startClinic(),
    startClinic('other'),
  ]);
  server = await authServer({
    database,
    config: { identityProviders: [clinic.config({ newPatients: true }), other.config()] },
  });
}, 60_000);
afterAll(async () => {
  await server.close();
  await Promise.all([clinic.end(), other.end()]);
  await database.drop();
}, 30_000);
beforeEach(() => {
  server.events.length = 0;
});
afterEach(() => {
  clinic.fault(undefined);
  // Past the time in which a provider that failed is left alone.
  server.advance(11);
});

const KIM = { user: 'f:clinic:kim' };

async function links(): Promise<number> {
  const [row] = await database.query<{ count: number }>({
    text: 'SELECT count(*)::int AS count FROM external_subject',
  });
  return row?.count ?? 0;
}

describe('TR-03161 O.Auth_4: an identity provider that lies', () => {
  const LIES: readonly IdpFault[] = [
    'wrong-issuer',
    'wrong-audience',
    'wrong-nonce',
    'wrong-key',
    'expired',
    'alg-none',
    'alg-hs256',
  ];
  test.each(LIES)(
    '%s: its sign-in does not count, and the refusal is on the ledger',
    async (lie) => {
      clinic.fault(lie);
      const { answer, browser } = await signInAt(server, clinic, KIM);
      const end = await browser.open(answer.url);
      expect(end.status).toBe(403);
      expect(server.events.at(-1)).toMatchObject({ outcome: 'minor', subtype: '110122' });
      expect(await links()).toBe(0);
      clinic.fault(undefined);
      expect((await browser.open(answer.url)).status).toBe(400);
    },
  );

  test('RFC 9207: an answer that names another issuer is refused', async () => {
    const { answer, browser } = await signInAt(server, clinic, KIM);
    const url = new URL(answer.url);
    url.searchParams.set('iss', other.issuer);
    expect((await browser.open(url.href)).status).toBe(403);
  });

  test('RFC 9700, 4.4: an answer of one provider is none to what another was asked', async () => {
    const { answer, browser } = await signInAt(server, clinic, KIM);
    const url = new URL(answer.url);
    url.pathname = url.pathname.replace('/clinic', '/other');
    expect((await browser.open(url.href)).status).toBe(400);
  });

  test('an answer is taken once, and by the browser that was sent away', async () => {
    const { answer } = await signInAt(server, clinic, KIM);
    expect((await new Browser(server.origin).open(answer.url)).status).toBe(400);
    const second = await signInAt(server, clinic, KIM);
    expect((await second.browser.open(second.answer.url)).status).toBe(200);
    expect((await second.browser.open(second.answer.url)).status).toBe(400);
  });
});

describe('TR-03161 O.Auth_4: an identity provider that fails', () => {
  test.each(['down', 'slow', 'endless'] as const)(
    '%s: a page says so within seconds, and our own sign-in still works',
    async (fault) => {
      const fresh = await authServer({
        database,
        config: { identityProviders: [clinic.config()] },
      });
      try {
        const account = await register(fresh);
        clinic.fault(fault);
        const browser = new Browser(fresh.origin);
        const request = authorizationRequest(fresh);
        const login = await browser.open(request.url);
        const started = Date.now();
        const failed = await browser.open(`${login.url}/external?idp=clinic`);
        expect(failed.status).toBe(503);
        expect(failed.body).toContain(`href="${new URL(login.url).pathname}"`);
        expect(Date.now() - started).toBeLessThan(4000);
        // A second try asks nobody: the provider is left alone for a while.
        const again = Date.now();
        expect((await browser.open(`${login.url}/external?idp=clinic`)).status).toBe(503);
        expect(Date.now() - again).toBeLessThan(500);
        fresh.advance(30);
        const { handle, secret } = account.credentials;
        const typed = { handle, password: PASSWORD, code: totpCode(fresh, secret) };
        const { end } = await logIn(fresh, typed, browser, request);
        expect(new URL(end.url).searchParams.has('code')).toBe(true);
      } finally {
        await fresh.close();
      }
    },
    30_000,
  );

  test('in the middle of a sign-in: nothing is lost but the attempt', async () => {
    const { answer, browser, login } = await signInAt(server, clinic, KIM);
    clinic.fault('down');
    expect((await browser.open(answer.url)).status).toBe(503);
    clinic.fault(undefined);
    const away = await browser.open(`${login.url}/external?idp=clinic`);
    const second = await atClinic(clinic, away.url, KIM);
    expect((await browser.open(second.url)).url).toMatch(/\/external$/);
  });

  test('keys that were changed are found by themselves', async () => {
    const first = await signInAt(server, clinic, KIM);
    expect((await first.browser.open(first.answer.url)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 5100));
    await clinic.rotateKeys();
    const next = await signInAt(server, clinic, KIM);
    const end = await next.browser.open(next.answer.url);
    expect(end.status).toBe(200);
    expect(fieldValue(end.body, 'choice')).toBe('connect');
  }, 20_000);
});
