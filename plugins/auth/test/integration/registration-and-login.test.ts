import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { accountsDatabase } from '../support/accounts-database.ts';
import { authServer } from '../support/auth-server.ts';
import type { AuthServer } from '../support/auth-server.ts';
import {
  authorizationRequest,
  exchange,
  logIn,
  PASSWORD,
  register,
  tokenRequest,
  totpCode,
} from '../support/sign-in.ts';

describe('OpenID Connect Core 3.1 sign-in', () => {
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

  test('[R-194] [R-270] registration needs no personal data and ends in the app with a code that becomes a token', async () => {
    const { page, credentials, request, end } = await register(server);
    expect(page.body).not.toMatch(/type="(email|tel)"/);
    expect(credentials.handle).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(end.url).toContain('http://127.0.0.1:49152/callback?code=');
    expect(new URL(end.url).searchParams.get('state')).toBe(request.state);
    const { status, body } = await exchange(server, end, request);
    expect(status).toBe(200);
    const claims = decodeJwt(body.access_token);
    expect(claims).toMatchObject({
      iss: server.origin,
      aud: `${server.origin}/fhir`,
      client_id: 'diga-app',
      scope: 'patient/*.cruds',
      acr: 'urn:diga:acr:2fa',
      amr: ['pwd', 'otp', 'mfa'],
    });
    expect(claims['login_id']).toMatch(/^[0-9a-f-]{36}$/);
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
    expect(body['profile']).toEqual({ reference: claims['profile'] });
    expect(decodeJwt(body.id_token)['fhirUser']).toBe(
      `${server.origin}/fhir/${String(claims['profile'])}`,
    );
    expect(server.repository.resources.get(String(claims['profile']))).toEqual({
      resourceType: 'Patient',
      id: String(body['patient']),
      active: true,
    });
    expect(server.events.at(-1)).toMatchObject({ patient: claims['profile'], outcome: 'success' });
  });

  test('SMART App Launch 2.2: an app gets the very scope that it asked for, and no refresh widens it', async () => {
    const { credentials } = await register(server);
    const signIn = async (scope: string) => {
      server.advance(60);
      const code = totpCode(server, credentials.secret);
      const typed = { handle: credentials.handle, password: PASSWORD, code };
      const request = authorizationRequest(server, { scope });
      return logIn(server, typed, undefined, request);
    };
    const scope = 'patient/Observation.rs?code=http://loinc.org|8480-6 patient/Goal.c';
    const { end, request } = await signIn(`openid ${scope}`);
    const { body } = await exchange(server, end, request);
    expect(decodeJwt(body.access_token)['scope']).toBe(scope);
    const refresh = (token: string, more: Record<string, string>) =>
      tokenRequest(server, {
        grant_type: 'refresh_token',
        client_id: 'diga-app',
        refresh_token: token,
        ...more,
      });
    const again = await refresh(body.refresh_token, {});
    expect(decodeJwt(again.body.access_token)['scope']).toBe(scope);
    const less = await refresh(again.body.refresh_token, { scope: 'patient/Goal.c' });
    expect(decodeJwt(less.body.access_token)['scope']).toBe('patient/Goal.c');
    expect(await refresh(less.body.refresh_token, { scope: 'openid' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    });
  });

  test.each(['system/*.rs', 'patient/Observation.rs?category:not=x', 'patient/Observation.sr'])(
    'RFC 6749 4.1.2.1: an app that asks for %s is told invalid_scope, rather than given more',
    async (scope) => {
      const { url } = authorizationRequest(server, { scope: `openid ${scope}` });
      const answer = await fetch(url, { redirect: 'manual' });
      expect(answer.headers.get('location')).toContain('error=invalid_scope');
    },
  );

  test('[R-013] a later login leads to the same FHIR identity', async () => {
    const { credentials, end, request } = await register(server);
    const first = decodeJwt((await exchange(server, end, request)).body.access_token);
    server.advance(60);
    const code = totpCode(server, credentials.secret);
    const again = await logIn(server, {
      handle: credentials.handle.toLowerCase(),
      password: PASSWORD,
      code,
    });
    const second = decodeJwt((await exchange(server, again.end, again.request)).body.access_token);
    expect(second['profile']).toBe(first['profile']);
    expect(second.sub).toBe(first.sub);
    expect(second.jti).not.toBe(first.jti);
  });

  test('RFC 6238 5.2: a code that was used once is refused', async () => {
    const { credentials } = await register(server);
    server.advance(60);
    const code = totpCode(server, credentials.secret);
    const typed = { handle: credentials.handle, password: PASSWORD, code };
    expect((await logIn(server, typed)).end.status).toBe(303);
    expect((await logIn(server, typed)).end.status).toBe(401);
  });

  test('[R-011] RFC 7636: no request without an S256 challenge', async () => {
    const bare = new URL(authorizationRequest(server).url);
    bare.searchParams.delete('code_challenge');
    bare.searchParams.delete('code_challenge_method');
    const plain = authorizationRequest(server, { code_challenge_method: 'plain' }).url;
    for (const url of [bare.href, plain]) {
      const response = await fetch(url, { redirect: 'manual' });
      expect(response.status).toBe(303);
      expect(new URL(response.headers.get('location') ?? '').searchParams.get('error')).toBe(
        'invalid_request',
      );
    }
    const { end, request } = await register(server);
    const wrong = await exchange(server, end, { ...request, verifier: 'a'.repeat(43) });
    expect(wrong).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  test('[R-014] there is no password grant and no implicit flow', async () => {
    const password = await tokenRequest(server, {
      grant_type: 'password',
      client_id: 'diga-app',
      username: 'a',
      password: 'b',
    });
    expect(password).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } });
    const { url } = authorizationRequest(server, { response_type: 'token' });
    const implicit = await fetch(url, { redirect: 'manual' });
    expect(implicit.headers.get('location') ?? '').toContain('error=unsupported_response_type');
  });

  test('RFC 6749 4.1.2: a code is redeemed once, and its second use revokes what came of it', async () => {
    const { end, request } = await register(server);
    const { body } = await exchange(server, end, request);
    expect(await server.authenticator.verify(body.access_token)).toMatchObject({
      clientId: 'diga-app',
    });
    expect(await exchange(server, end, request)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    await expect(server.authenticator.verify(body.access_token)).rejects.toMatchObject({
      code: 'AUTH_TOKEN_INVALID',
    });
  });

  test('RFC 9700 4.14.2: refresh tokens rotate, and reuse revokes the grant with its access tokens', async () => {
    const { end, request } = await register(server);
    const first = (await exchange(server, end, request)).body;
    const refresh = (token: string) =>
      tokenRequest(server, {
        grant_type: 'refresh_token',
        client_id: 'diga-app',
        refresh_token: token,
      });
    const second = await refresh(first.refresh_token);
    expect(second.status).toBe(200);
    for (const { access_token } of [first, second.body]) {
      expect(await server.authenticator.verify(access_token)).toMatchObject({
        acr: 'urn:diga:acr:2fa',
      });
    }
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    expect(decodeJwt(second.body.access_token)['acr']).toBe('urn:diga:acr:2fa');
    expect(await refresh(first.refresh_token)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect(server.events.at(-1)).toMatchObject({ outcome: 'serious', clientId: 'diga-app' });
    expect((await refresh(second.body.refresh_token)).status).toBe(400);
    for (const { access_token } of [first, second.body]) {
      await expect(server.authenticator.verify(access_token)).rejects.toMatchObject({
        code: 'AUTH_TOKEN_INVALID',
      });
    }
  });

  test('RFC 9700 4.14.2: of many simultaneous uses of one refresh token, one succeeds', async () => {
    const { end, request } = await register(server);
    const { refresh_token } = (await exchange(server, end, request)).body;
    const all = await Promise.all(
      Array.from({ length: 8 }, () =>
        tokenRequest(server, { grant_type: 'refresh_token', client_id: 'diga-app', refresh_token }),
      ),
    );
    expect(all.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(all.every(({ status }) => status === 200 || status === 400)).toBe(true);
  });

  test('RFC 7009: a revoked refresh token ends the grant', async () => {
    const { end, request } = await register(server);
    const { body } = await exchange(server, end, request);
    expect(await server.authenticator.verify(body.access_token)).toBeDefined();
    const response = await fetch(`${server.origin}/oauth2/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'diga-app', token: body.refresh_token }),
    });
    expect(response.status).toBe(200);
    await expect(server.authenticator.verify(body.access_token)).rejects.toMatchObject({
      code: 'AUTH_TOKEN_INVALID',
    });
  });

  test('logout with the access token ends its grant at once', async () => {
    const { end, request } = await register(server);
    const { body } = await exchange(server, end, request);
    const headers = { authorization: `Bearer ${body.access_token}` };
    const info = await fetch(`${server.origin}/oauth2/userinfo`, { headers });
    expect(await info.json()).toMatchObject({ sub: decodeJwt(body.access_token).sub });
    expect(
      (await fetch(`${server.origin}/oauth2/logout`, { method: 'POST', headers })).status,
    ).toBe(200);
    expect((await fetch(`${server.origin}/oauth2/userinfo`, { headers })).status).toBe(401);
    const refreshed = await tokenRequest(server, {
      grant_type: 'refresh_token',
      client_id: 'diga-app',
      refresh_token: body.refresh_token,
    });
    expect(refreshed.status).toBe(400);
  });

  test('RFC 8252 8.6: a native app signs in every time, whatever session the browser has', async () => {
    const { browser } = await register(server);
    const again = await browser.open(authorizationRequest(server).url);
    expect(again.status).toBe(200);
    expect(again.body).toContain('name="password"');
  });

  test('OIDC Core 3.1.2.1: prompt=none without a session answers login_required', async () => {
    const { url } = authorizationRequest(server, { prompt: 'none' });
    const response = await fetch(url, { redirect: 'manual' });
    expect(response.headers.get('location') ?? '').toContain('error=login_required');
  });

  test('a redirect URI that is not registered gets a page, not a redirect', async () => {
    const { url } = authorizationRequest(server, { redirect_uri: 'https://evil.example/callback' });
    const response = await fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});
