import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { accountsDatabase } from '../support/accounts-database.ts';
import { authServer } from '../support/auth-server.ts';
import type { AuthServer } from '../support/auth-server.ts';
import { Browser, fieldValue } from '../support/browser.ts';
import {
  authorizationRequest,
  exchange,
  logIn,
  PASSWORD,
  register,
  totpCode,
} from '../support/sign-in.ts';

describe('Pages of the sign-in', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let server: AuthServer;

  beforeAll(async () => {
    database = await accountsDatabase();
    server = await authServer({ database });
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await database.drop();
  }, 30_000);

  test('IT-Grundschutz APP.3.1.A21: security headers, no script, forms lead only here and to the app', async () => {
    const browser = new Browser(server.origin);
    const login = await browser.open(authorizationRequest(server).url);
    const registration = await browser.open(`${login.url}/registration`);
    for (const { headers, body } of [login, registration]) {
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; form-action 'self' http://127.0.0.1:49152; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(body).not.toMatch(/<script|<style|\sstyle=|\son\w+=/i);
    }
    const style = await fetch(`${server.origin}/auth/assets/style.css`);
    expect(style.headers.get('content-type')).toContain('text/css');
  });

  test('WCAG 2.2: language, labels for every field, a heading, an error summary that leads to the fields', async () => {
    for (const [language, title] of [
      ['de', 'Anmelden'],
      ['en', 'Sign in'],
      ['fr', 'Anmelden'],
    ] as const) {
      const browser = new Browser(server.origin, { 'accept-language': `${language};q=0.9` });
      const { body } = await browser.open(authorizationRequest(server).url);
      expect(body).toContain(`<h1>${title}</h1>`);
      expect(body).toContain(`<html lang="${language === 'en' ? 'en' : 'de'}">`);
    }
    const browser = new Browser(server.origin);
    const german = await browser.open(authorizationRequest(server, { ui_locales: 'fr de' }).url);
    expect(german.body).toContain('<h1>Anmelden</h1>');
    const page = await browser.open(`${german.url}/registration`);
    const fields = [...page.body.matchAll(/<input id="(\w+)"/g)].map(([, id]) => id);
    expect(fields).toEqual(['handle', 'kept', 'password', 'code']);
    for (const id of fields) expect(page.body).toContain(`<label for="${id}">`);
    const refused = await browser.open(page.url, {
      form_token: fieldValue(page.body, 'form_token'),
      password: 'passwort1234',
      code: '000000',
    });
    expect(refused.status).toBe(422);
    expect(refused.body).toContain('role="alert"');
    for (const id of ['kept', 'password', 'code'])
      expect(refused.body).toContain(`<a href="#${id}">`);
    expect(fieldValue(refused.body, 'handle')).toBe(fieldValue(page.body, 'handle'));
  });

  test('what people type comes back escaped', async () => {
    const typed = { handle: '"><img src=x>', password: 'x', code: 'y' };
    const { end } = await logIn(server, typed);
    expect(end.body).toContain('value="&quot;&gt;&lt;img src=x&gt;"');
  });

  test('a form is refused without its token, with that of another sign-in, from another origin', async () => {
    const browser = new Browser(server.origin);
    const login = await browser.open(authorizationRequest(server).url);
    const token = fieldValue(login.body, 'form_token');
    const other = await new Browser(server.origin).open(authorizationRequest(server).url);
    const url = new URL(`${login.url}/login`);
    const form = { handle: 'a', password: 'b', code: 'c' };
    const refused = [
      await browser.request(url, form),
      await browser.request(url, { ...form, form_token: fieldValue(other.body, 'form_token') }),
      await browser.request(
        url,
        { ...form, form_token: token },
        { origin: 'https://evil.example' },
      ),
      await browser.request(
        url,
        { ...form, form_token: token },
        { 'sec-fetch-site': 'cross-site' },
      ),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect((await browser.request(url, { ...form, form_token: token })).status).toBe(401);
  });

  test('a sign-in opens only in the browser that began it', async () => {
    const login = await new Browser(server.origin).open(authorizationRequest(server).url);
    const { status, body } = await new Browser(server.origin).open(login.url);
    expect(status).toBe(400);
    expect(body).toContain('AUTH_SESSION_GONE');
  });

  test('bodies that are too large or no form are refused with 400', async () => {
    const browser = new Browser(server.origin);
    const login = await browser.open(authorizationRequest(server).url);
    const url = new URL(`${login.url}/login`);
    expect((await browser.request(url, { handle: 'x'.repeat(10_000) })).status).toBe(400);
    expect(
      (await browser.request(url, { a: 'b' }, { 'content-type': 'application/json' })).status,
    ).toBe(400);
  });

  test('OIDC RP-Initiated Logout: the page asks, and after it session and grant are gone', async () => {
    const { browser, end, request } = await register(server);
    const tokens = (await exchange(server, end, request)).body;
    expect(await server.authenticator.verify(tokens.access_token)).toBeDefined();
    const page = await browser.open(
      `${server.origin}/oauth2/logout?id_token_hint=${tokens.id_token}`,
    );
    expect(page.body).toContain('<h1>Sign out</h1>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const action = /action="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const done = await browser.open(action, { xsrf: fieldValue(page.body, 'xsrf'), logout: 'yes' });
    expect(done.body).toContain('You are signed out');
    await expect(server.authenticator.verify(tokens.access_token)).rejects.toMatchObject({
      code: 'AUTH_TOKEN_INVALID',
    });
  });

  test('behind a proxy that ends TLS: secure cookies, strict transport, https links, whatever headers say', async () => {
    const origin = 'https://api.diga.example';
    const own = await authServer({ database, origin });
    try {
      const headers = {
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'evil.example',
        accept: 'text/html',
      };
      const discovery = await fetch(`${own.origin}/.well-known/openid-configuration`, { headers });
      expect(await discovery.json()).toMatchObject({
        issuer: origin,
        authorization_endpoint: `${origin}/oauth2/authorize`,
        token_endpoint: `${origin}/oauth2/token`,
        userinfo_endpoint: `${origin}/oauth2/userinfo`,
        jwks_uri: `${origin}/oauth2/jwks`,
        code_challenge_methods_supported: ['S256'],
        response_types_supported: ['code'],
        grant_types_supported: expect.not.arrayContaining(['password', 'implicit']),
        id_token_signing_alg_values_supported: ['ES256'],
        token_endpoint_auth_methods_supported: expect.arrayContaining(['none', 'private_key_jwt']),
        token_endpoint_auth_signing_alg_values_supported: expect.not.arrayContaining([
          'RS256',
          'EdDSA',
          'HS256',
        ]),
      });
      const { url } = authorizationRequest(own);
      const start = await fetch(url, { redirect: 'manual', headers });
      const cookies = start.headers.getSetCookie();
      expect(cookies.length).toBeGreaterThan(0);
      for (const cookie of cookies) expect(cookie).toMatch(/; secure; httponly/i);
      for (const cookie of cookies) expect(cookie).toMatch(/samesite=lax/i);
      const cookie = cookies.map((line) => line.split(';')[0]).join('; ');
      const page = await fetch(new URL(start.headers.get('location') ?? '', own.origin), {
        headers: { ...headers, cookie },
      });
      expect(page.status).toBe(200);
      expect(page.headers.get('strict-transport-security')).toContain('max-age=');
    } finally {
      await own.close();
    }
  });

  test('an address can begin only so many sign-ins a minute', async () => {
    const own = await authServer({ database, config: { requestsPerMinute: 10 } });
    try {
      const statuses = [];
      for (let count = 0; count < 12; count += 1) {
        statuses.push((await fetch(authorizationRequest(own).url, { redirect: 'manual' })).status);
      }
      expect(statuses).toEqual([...new Array<number>(10).fill(303), 429, 429]);
    } finally {
      await own.close();
    }
  });

  test('a web app of the manufacturer signs in without a second page while the session lasts; for others the person is asked', async () => {
    const apps = [
      {
        clientId: 'portal',
        type: 'web',
        redirectUris: ['https://portal.example/callback'],
        allowedOrigins: ['https://portal.example'],
        owner: 'Manufacturer',
        purpose: 'Portal',
      },
      {
        clientId: 'stranger',
        type: 'web',
        redirectUris: ['https://stranger.example/callback'],
        firstParty: false,
        owner: 'Somebody else',
        purpose: 'Unknown',
      },
    ];
    const own = await authServer({ database, config: { apps } });
    try {
      const { credentials } = await register(own);
      own.advance(60);
      const request = (client: string) =>
        authorizationRequest(own, {
          client_id: client,
          redirect_uri: `https://${client}.example/callback`,
        });
      const browser = new Browser(own.origin);
      const typed = {
        handle: credentials.handle,
        password: PASSWORD,
        code: totpCode(own, credentials.secret),
      };
      const first = await logIn(own, typed, browser, request('portal'));
      expect(first.end.url).toContain('https://portal.example/callback?code=');
      expect((await browser.open(request('portal').url)).url).toContain('?code=');
      const asked = await browser.open(request('stranger').url);
      expect(asked.body).toContain('Somebody else');
      const denied = await browser.open(`${asked.url}/consent`, {
        form_token: fieldValue(asked.body, 'form_token'),
        decision: 'deny',
      });
      expect(denied.url).toContain('https://stranger.example/callback?error=access_denied');
      const cors = async (origin: string) =>
        (
          await fetch(`${own.origin}/oauth2/token`, {
            method: 'POST',
            headers: { origin },
            body: new URLSearchParams({
              client_id: 'portal',
              grant_type: 'refresh_token',
              refresh_token: 'x',
            }),
          })
        ).headers.get('access-control-allow-origin');
      expect(await cors('https://portal.example')).toBe('https://portal.example');
      expect(await cors('https://evil.example')).toBeNull();
    } finally {
      await own.close();
    }
  });
});
