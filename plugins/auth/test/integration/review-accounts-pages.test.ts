import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { accountsDatabase } from '../support/accounts-database.ts';
import { authServer } from '../support/auth-server.ts';
import type { AuthServer } from '../support/auth-server.ts';
import { Browser, fieldValue } from '../support/browser.ts';
import { authorizationRequest, PASSWORD, register, totpCode } from '../support/sign-in.ts';

// Each sign-in costs a hash of a tenth of a second, and more where much runs at once.
jest.setTimeout(60_000);

describe('Pages of accounts under attack', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let server: AuthServer;

  beforeAll(async () => {
    database = await accountsDatabase();
    const other = { clientId: 'other-app', type: 'web', owner: 'Manufacturer', purpose: 'Test' };
    const redirectUris = ['https://other.example/callback'];
    const config = { apps: [{ ...other, redirectUris }] };
    server = await authServer({ database, config });
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await database.drop();
  }, 30_000);

  type Person = Awaited<ReturnType<typeof register>>;
  /** Both steps of a sign-in, without the redirect that would end it. */
  const provenLogin = async ({ credentials }: Person, browser: Browser): Promise<string> => {
    server.advance(31);
    const login = await browser.open(authorizationRequest(server).url);
    const proven = await browser.request(new URL(`${login.url}/login`), {
      form_token: fieldValue(login.body, 'form_token'),
      handle: credentials.handle,
      password: PASSWORD,
      code: totpCode(server, credentials.secret),
    });
    return proven.headers.get('location') ?? '';
  };

  test('[R-242] a sign-in that was proven before a lock and held back opens nothing after the lock is lifted', async () => {
    const person = await register(server);
    const thief = new Browser(server.origin);
    const held = await provenLogin(person, thief);
    expect(held).toContain('/oauth2/authorize/');
    const honest = new Browser(server.origin);
    const other = await register(server);
    const going = await provenLogin(other, honest);
    server.advance(2);
    const owner = new Browser(server.origin);
    const page = await owner.open(`${server.origin}/auth/lock`);
    await owner.open(page.url, {
      form_token: fieldValue(page.body, 'form_token'),
      handle: person.credentials.handle,
      'lock-code': person.lockCode,
    });
    const unlocked = await database.query({
      text: `UPDATE account SET state = 'ACTIVE', locked_at = NULL WHERE state = 'BLOCKED' RETURNING id`,
    });
    expect(unlocked).toHaveLength(1);
    const end = await thief.open(held);
    expect(new URL(end.url).searchParams.get('code')).toBeNull();
    expect(end.url).toContain(`${server.origin}/auth/interaction/`);
    expect(new URL((await honest.open(going)).url).searchParams.get('code')).toMatch(/.{20}/);
  });

  test('RFC 9700: factors that are proven for one app do not sign in to another', async () => {
    const { credentials } = await register(server);
    server.advance(31);
    const browser = new Browser(server.origin);
    const first = await browser.open(authorizationRequest(server).url);
    await browser.request(new URL(`${first.url}/login`), {
      form_token: fieldValue(first.body, 'form_token'),
      handle: credentials.handle,
      password: PASSWORD,
    });
    const attempt = [...browser.cookies.values()].find(({ name }) => name === 'attempt');
    const other = authorizationRequest(server, {
      client_id: 'other-app',
      redirect_uri: 'https://other.example/callback',
    });
    const second = await browser.open(other.url);
    const path = new URL(second.url).pathname;
    browser.cookies.set(`attempt ${path}`, { ...attempt, path } as never);
    const end = await browser.request(new URL(`${second.url}/code`), {
      form_token: fieldValue(second.body, 'form_token'),
      code: totpCode(server, credentials.secret),
    });
    expect(end.status).toBe(400);
    expect(end.body).toContain('AUTH_SESSION_GONE');
  });

  test('TR-03161 O.Source_1: whatever is typed into a page that needs no sign-in, the answer is no failure of the server', async () => {
    const person = await register(server);
    const typed = [
      '\0',
      'a\0b',
      '%00',
      'x'.repeat(9000),
      '\u202e',
      "' OR 1=1 --",
      '{"response":{}}',
    ];
    const failed: unknown[] = [];
    for (const text of typed) {
      server.advance(1000);
      const browser = new Browser(server.origin);
      const login = await browser.open(authorizationRequest(server).url);
      const registration = await browser.open(`${login.url}/registration`);
      const lock = await browser.open(`${server.origin}/auth/lock`);
      const token = fieldValue(login.body, 'form_token');
      const open = fieldValue(lock.body, 'form_token');
      const { handle } = person.credentials;
      const forms: [string, Record<string, string>][] = [
        [`${login.url}/login`, { form_token: token, handle: text, password: text, code: text }],
        [`${login.url}/login`, { form_token: token, handle, password: text }],
        [`${login.url}/code`, { form_token: token, code: text }],
        [`${login.url}/passkey`, { form_token: token, response: text }],
        [`${login.url}/passkey`, { form_token: token, response: JSON.stringify({ id: text }) }],
        [`${login.url}/external`, { form_token: token, choice: text }],
        [`${login.url}/block`, { form_token: token, change: text }],
        [registration.url, { form_token: token, password: text, code: text, kept: text }],
        [lock.url, { form_token: open, handle: text, 'lock-code': text }],
      ];
      for (const goal of ['password', 'factor', 'unlock']) {
        const url = `${server.origin}/auth/recovery/${goal}`;
        const fields = { form_token: open, handle: text, password: text, 'recovery-code': text };
        forms.push([url, fields], [url, { ...fields, handle }]);
        for (const proof of ['code', 'password', 'recovery-code', 'passkey', 'new'])
          forms.push([`${url}/${proof}`, { form_token: open, [proof]: text, response: text }]);
      }
      for (const [url, form] of forms) {
        const { status } = await browser.request(new URL(url), form);
        if (status >= 500) failed.push([status, url, text.slice(0, 20)]);
      }
      const query = encodeURIComponent(text.slice(0, 200));
      for (const path of [
        `/auth/invitation/${query}`,
        `/auth/external/callback/clinic?state=${query}&code=${query}`,
        `/auth/account/callback?state=${query}&code=${query}`,
        `/auth/interaction/${query}`,
        `/auth/lock?lang=${query}`,
      ]) {
        const { status } = await browser.request(new URL(path, server.origin));
        if (status >= 500) failed.push([status, path]);
      }
    }
    expect(failed).toEqual([]);
  });
});
