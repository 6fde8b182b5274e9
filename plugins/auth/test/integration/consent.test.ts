import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { accountsDatabase } from '../support/accounts-database.ts';
import { authServer } from '../support/auth-server.ts';
import type { AuthServer } from '../support/auth-server.ts';
import { Browser, fieldValue } from '../support/browser.ts';
import type { Visited } from '../support/browser.ts';
import {
  authorizationRequest,
  logIn,
  PASSWORD,
  register,
  tokenRequest,
  totpCode,
} from '../support/sign-in.ts';
import type { AuthorizationRequest, Credentials } from '../support/sign-in.ts';

const SCOPE = 'openid patient/Observation.rs patient/Condition.cud';
const REDIRECT = 'https://diary.example/callback';

/** An app of another maker. */
const APP = {
  clientId: 'diary',
  name: 'Diary <&> Co',
  type: 'web',
  redirectUris: [REDIRECT],
  firstParty: false,
  owner: 'Somebody else',
  purpose: 'Keeps a diary of your measurements',
};

describe('Consent to an app of another maker', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let server: AuthServer;

  const request = (): AuthorizationRequest =>
    authorizationRequest(server, { client_id: 'diary', redirect_uri: REDIRECT, scope: SCOPE });
  const signIn = async (
    browser: Browser,
    credentials: Credentials,
    asked: AuthorizationRequest,
  ): Promise<Visited> => {
    server.advance(60);
    const code = totpCode(server, credentials.secret);
    const typed = { handle: credentials.handle, password: PASSWORD, code };
    return (await logIn(server, typed, browser, asked)).end;
  };
  const answer = (browser: Browser, page: Visited, form: Record<string, string>) =>
    browser.open(`${page.url}/consent`, {
      form_token: fieldValue(page.body, 'form_token'),
      ...form,
    });
  const exchanged = (end: Visited, asked: AuthorizationRequest) =>
    tokenRequest(server, {
      grant_type: 'authorization_code',
      client_id: 'diary',
      code: new URL(end.url).searchParams.get('code') ?? '',
      redirect_uri: REDIRECT,
      code_verifier: asked.verifier,
    });
  const scopeOf = async (end: Visited, asked: AuthorizationRequest): Promise<string[]> =>
    String((await exchanged(end, asked)).body['scope'])
      .split(' ')
      .sort();

  beforeAll(async () => {
    database = await accountsDatabase();
    server = await authServer({ database, config: { apps: [APP] } });
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await database.drop();
  }, 30_000);

  test('GDPR Art. 7, 25 (2): the page names app, maker, purpose and each scope in plain words; nothing is ticked ahead', async () => {
    const { credentials } = await register(server);
    const page = await signIn(new Browser(server.origin), credentials, request());
    expect(page.status).toBe(200);
    expect(page.body).toContain('Diary &lt;&amp;&gt; Co');
    expect(page.body).toContain('Somebody else');
    expect(page.body).toContain('Keeps a diary of your measurements');
    expect(page.body).toContain('Your record: read measurements');
    expect(page.body).toContain('Your record: add, change and delete diagnoses');
    expect(page.body).toContain('<code>diary.example</code>');
    expect(page.body).not.toContain(' checked');
    expect(page.headers.get('content-security-policy')).toContain(
      "form-action 'self' https://diary.example",
    );
  });

  test('the token has what was ticked and no more; the answer is remembered, and the rest is asked about again', async () => {
    const { credentials } = await register(server);
    const browser = new Browser(server.origin);
    const asked = request();
    const page = await signIn(browser, credentials, asked);
    const nothing = await answer(browser, page, { decision: 'allow' });
    expect(nothing.status).toBe(422);
    expect(nothing.body).toContain('Tick at least one, or deny.');
    const end = await answer(browser, page, {
      decision: 'allow',
      scope: 'patient/Observation.rs',
    });
    expect(end.url).toContain(`${REDIRECT}?code=`);
    expect(await scopeOf(end, asked)).toEqual(['patient/Observation.rs']);
    const again = await browser.open(request().url);
    expect(again.body).toContain('value="patient/Observation.rs" checked');
    expect(again.body).not.toContain('value="patient/Condition.cud" checked');
  });

  test('what the app did not ask for cannot be ticked', async () => {
    const { credentials } = await register(server);
    const browser = new Browser(server.origin);
    const asked = request();
    const page = await signIn(browser, credentials, asked);
    const refused = await answer(browser, page, { decision: 'allow', scope: 'patient/*.cruds' });
    expect(refused.status).toBe(422);
    const end = await answer(browser, page, { decision: 'all' });
    expect(await scopeOf(end, asked)).toEqual(['patient/Condition.cud', 'patient/Observation.rs']);
    expect((await browser.open(request().url)).url).toContain('?code=');
  });

  test('denying leads back to the app without a code, and nothing is remembered', async () => {
    const { credentials } = await register(server);
    const browser = new Browser(server.origin);
    const page = await signIn(browser, credentials, request());
    const denied = await answer(browser, page, { decision: 'deny' });
    expect(denied.url).toContain(`${REDIRECT}?error=access_denied`);
    expect((await browser.open(request().url)).body).toContain('Somebody else');
  });

  test('GDPR Art. 7 (3): the person takes the consent back on the page of the account; the app is signed out at once', async () => {
    const { credentials } = await register(server);
    const browser = new Browser(server.origin);
    const asked = request();
    const page = await signIn(browser, credentials, asked);
    const end = await answer(browser, page, { decision: 'all' });
    const tokens = await exchanged(end, asked);
    const apps = await browser.open(`${server.origin}/auth/account/apps`);
    expect(apps.url).toBe(`${server.origin}/auth/account/apps`);
    expect(apps.body).toContain('Diary &lt;&amp;&gt; Co');
    const gone = await browser.open(apps.url, {
      form_token: fieldValue(apps.body, 'form_token'),
      client: 'diary',
    });
    expect(gone.body).toContain('You have allowed no app of another maker');
    const refreshed = await tokenRequest(server, {
      grant_type: 'refresh_token',
      client_id: 'diary',
      refresh_token: tokens.body.refresh_token,
    });
    expect(refreshed.status).toBe(400);
    const [login] = await database.query<{ revoked: boolean }>({
      text: 'SELECT revoked_at IS NOT NULL AS revoked FROM login WHERE id = $1',
      values: [decodeJwt(tokens.body.access_token)['login_id']],
    });
    expect(login?.revoked).toBe(true);
    expect((await browser.open(request().url)).body).toContain('Somebody else');
  });
});
