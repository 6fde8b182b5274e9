import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { accountsDatabase } from '../support/accounts-database.ts';
import { authServer } from '../support/auth-server.ts';
import type { AuthServer } from '../support/auth-server.ts';
import { Browser, fieldValue } from '../support/browser.ts';
import type { Visited } from '../support/browser.ts';
import { PASSWORD, register, totpCode } from '../support/sign-in.ts';
import type { Credentials } from '../support/sign-in.ts';

describe('Forms and redirects of the account pages', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let server: AuthServer;

  const open = async (
    { handle, secret }: Credentials,
    path: string,
    browser: Browser,
  ): Promise<Visited> => {
    const login = await browser.open(`${server.origin}/auth/account${path}`);
    server.advance(60);
    return browser.open(`${login.url}/login`, {
      form_token: fieldValue(login.body, 'form_token'),
      handle,
      password: PASSWORD,
      code: totpCode(server, secret),
    });
  };

  beforeAll(async () => {
    database = await accountsDatabase();
    server = await authServer({
      database,
      config: { login: { responseFloorMs: 300, registrationsPerHour: 1000 } },
    });
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await database.drop();
  }, 30_000);

  test('whoever is not signed in is led to the sign-in, which makes no account there', async () => {
    for (const path of ['', '/sessions', '/factors', '/password', '/apps', '/lock']) {
      const page = await new Browser(server.origin).open(`${server.origin}/auth/account${path}`);
      expect(page.url).toContain('/auth/interaction/');
      expect(page.body).not.toContain('/registration');
    }
    const unknown = await fetch(`${server.origin}/auth/account/unknown`);
    expect(unknown.status).toBe(404);
  });

  test('APP.3.1.A21: the script and passkeys are allowed on the page that needs them, and on no other', async () => {
    const { credentials } = await register(server);
    const browser = new Browser(server.origin);
    const page = await open(credentials, '/passkey', browser);
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(page.headers.get('permissions-policy')).toContain('publickey-credentials-create=(self)');
    expect(page.body.match(/<script/g)).toHaveLength(1);
    const other = await browser.open(`${server.origin}/auth/account/sessions`);
    expect(other.headers.get('content-security-policy')).not.toContain('script-src');
    expect(other.headers.get('permissions-policy')).toContain('publickey-credentials-create=()');
    expect(other.headers.get('cache-control')).toBe('no-store');
    expect(other.body).not.toContain('<script');
  });

  test('a form is refused without its token, with that of another session, from another origin', async () => {
    const [mine, other] = [await register(server), await register(server)];
    const [browser, stranger] = [new Browser(server.origin), new Browser(server.origin)];
    const page = await open(mine.credentials, '/lock', browser);
    const foreign = await open(other.credentials, '/lock', stranger);
    const token = fieldValue(page.body, 'form_token');
    const url = new URL(`${server.origin}/auth/account/lock`);
    const refused = [
      await browser.request(url, {}),
      await browser.request(url, { form_token: fieldValue(foreign.body, 'form_token') }),
      await browser.request(url, { form_token: token }, { origin: 'https://evil.example' }),
      await browser.request(url, { form_token: token }, { 'sec-fetch-site': 'cross-site' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect((await browser.open(page.url)).url).toBe(page.url);
  });

  test('nobody ends the session of somebody else', async () => {
    const [mine, other] = [await register(server), await register(server)];
    const browser = new Browser(server.origin);
    const page = await open(mine.credentials, '/sessions', browser);
    const [foreign] = await database.query<{ id: string }>({
      text: `SELECT l.id FROM login l JOIN account_identity i USING (account_id)
        WHERE l.client_id = 'diga-app' AND l.revoked_at IS NULL ORDER BY l.created_at DESC LIMIT 1`,
    });
    const id = foreign?.id ?? '';
    expect(page.body).not.toContain(id);
    const form_token = fieldValue(page.body, 'form_token');
    await browser.open(`${page.url}/one`, { form_token, session: id });
    await browser.open(`${page.url}/one`, { form_token, session: "' OR 1=1 --" });
    const [kept] = await database.query<{ living: boolean }>({
      text: 'SELECT revoked_at IS NULL AS living FROM login WHERE id = $1',
      values: [id],
    });
    expect(kept?.living).toBe(true);
    expect(other.end.url).toContain('code=');
  });

  test('Part 2 O.Source_9: the way back leads to own pages only, and only for a sign-in that this browser began', async () => {
    const callback = `${server.origin}/auth/account/callback`;
    const send = (query: string, cookie?: string) =>
      fetch(`${callback}?${query}`, {
        redirect: 'manual',
        headers: cookie === undefined ? {} : { cookie },
      });
    expect((await send('code=a&state=b')).status).toBe(400);
    expect((await send('code=a&state=b', 'account_sign_in=c.')).status).toBe(400);
    expect((await send('code=a&state=', 'account_sign_in=.')).status).toBe(400);
    for (const target of ['//evil.example', 'https://evil', '/../oauth2', '/callback']) {
      const answer = await send('code=a&state=b', `account_sign_in=b.${target}`);
      expect(answer.headers.get('location')).toBe('/auth/account');
    }
  });

  test('the code of the account pages is void when they open', async () => {
    const { credentials } = await register(server);
    await open(credentials, '', new Browser(server.origin));
    const codesOf = async (client: string): Promise<number> => {
      const [found] = await database.query<{ count: number }>({
        text: `SELECT count(*)::int AS count FROM oidc_payload p JOIN login l
          ON p.grant_digest = decode(translate(l.grant_key, '-_', '+/') || '=', 'base64')
          WHERE p.model = 'AuthorizationCode' AND l.client_id = $1`,
        values: [client],
      });
      return found?.count ?? -1;
    };
    expect(await codesOf('diga-app')).toBeGreaterThan(0);
    expect(await codesOf('account-pages')).toBe(0);
  });

  test('every answer to lock and recovery takes at least the configured time', async () => {
    for (const [path, fields] of [
      ['/auth/lock', { handle: 'x', 'lock-code': 'y' }],
      ['/auth/recovery/password', { handle: 'x', 'recovery-code': 'y' }],
    ] as const) {
      const browser = new Browser(server.origin);
      const page = await browser.open(`${server.origin}${path}`);
      const start = performance.now();
      await browser.request(new URL(page.url), {
        form_token: fieldValue(page.body, 'form_token'),
        ...fields,
      });
      expect(performance.now() - start).toBeGreaterThanOrEqual(300);
    }
  });
});
