import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { AccountIdentity, Database } from '../../../../src/plugin/sdk.ts';
import { loginStore, type LoginStore } from '../../logins/login-store.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import type { Browser } from '../support/browser.ts';
import { type DeviceKey, deviceKey } from '../support/dpop.ts';
import { CLIENTS, newPerson, visit } from '../support/judge.ts';
import { authorizationRequest, tokenRequest, type TokenResponse } from '../support/sign-in.ts';

const PORTAL = 'http://127.0.0.1:49152/portal';
const MINUTE = 60;
const DAY = 86_400;

describe('TR-03161-3 O.Auth_14–17: logins', () => {
  let database: Database & { drop(): Promise<void> };
  let server: AuthServer;
  let logins: LoginStore;
  let browser: Browser;
  let tokens: TokenResponse['body'];

  beforeAll(async () => {
    database = await accountsDatabase();
  }, 60_000);
  beforeEach(async () => {
    server = await authServer({ database, config: CLIENTS });
    const revocations = {
      add: async () => undefined,
      has: () => false,
      refresh: async () => undefined,
    };
    logins = loginStore({ database, revocations, clock: server });
    const request = portal();
    const person = await newPerson(server, request.url);
    ({ browser } = person);
    tokens = (await redeem(request, person.callback)).body;
  }, 30_000);
  afterEach(() => server.close(), 30_000);
  afterAll(() => database.drop(), 30_000);

  const portal = (more: Record<string, string> = {}) =>
    authorizationRequest(server, { client_id: 'portal', redirect_uri: PORTAL, ...more });
  const redeem = (request: { verifier: string }, callback: URL) =>
    tokenRequest(server, {
      grant_type: 'authorization_code',
      client_id: 'portal',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: PORTAL,
      code_verifier: request.verifier,
    });
  const renew = (refresh_token: string) =>
    tokenRequest(server, { grant_type: 'refresh_token', client_id: 'portal', refresh_token });
  const loginId = (token: string) => String(decodeJwt(token)['login_id']);
  const loginOf = async (token: string) => {
    const login = await logins.byId(loginId(token));
    if (login === undefined) throw new TypeError('no login');
    return login;
  };

  test('O.Auth_20: a grant is one row, and the token says what the row says', async () => {
    const login = await loginOf(tokens.access_token);
    const claims = decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({ profile: login.profile, acr: login.acr, amr: [...login.amr] });
    expect(claims['auth_time']).toBe(login.authTime.getTime() / 1000);
    expect(Object.keys(claims).toSorted()).toEqual(
      'acr amr aud auth_time client_id exp grant iat iss jti login_id patient profile scope sub'.split(
        ' ',
      ),
    );
    expect(login).toMatchObject({
      class: 'patient',
      clientId: 'portal',
      authMethod: 'password',
      network: '127.0.0.0/24',
    });
    const again = await redeemAgain();
    expect(loginId(again.access_token)).toBe(login.id);
  }, 30_000);

  async function redeemAgain(): Promise<TokenResponse['body']> {
    const request = portal();
    return (await redeem(request, await visit(browser, request.url))).body;
  }

  test('[R-012] O.Auth_16: revoking a login ends its access token, refresh token and browser session', async () => {
    const { accountId, id } = await loginOf(tokens.access_token);
    const service = server.provided('service') as {
      revokeLogin(a: string, l: string, o: object): Promise<boolean>;
    };
    expect(
      await service.revokeLogin('00000000-0000-4000-8000-000000000000', id, { address: '::1' }),
    ).toBe(false);
    expect(await server.authenticator.verify(tokens.access_token)).toBeDefined();
    expect(await service.revokeLogin(accountId, id, { address: '::1' })).toBe(true);
    await expect(server.authenticator.verify(tokens.access_token)).rejects.toMatchObject({
      status: 401,
    });
    expect((await renew(tokens.refresh_token)).body['error']).toBe('invalid_grant');
    expect((await visit(browser, portal().url)).pathname).toMatch(/^\/auth\/interaction\//);
    expect(await logins.list(accountId)).toEqual([]);
  }, 30_000);

  test('O.Auth_16: ending all logins ends sessions and codes that no token was issued for; one may be kept', async () => {
    const { accountId, id } = await loginOf(tokens.access_token);
    const request = portal();
    const callback = await visit(browser, request.url);
    expect(await logins.revokeAll(accountId, id)).toBe(0);
    expect((await redeem(request, callback)).status).toBe(200);
    const pending = portal();
    const code = await visit(browser, pending.url);
    await logins.revokeAll(accountId);
    expect((await redeem(pending, code)).body['error']).toBe('invalid_grant');
    expect((await visit(browser, portal().url)).pathname).toMatch(/^\/auth\/interaction\//);
  }, 30_000);

  test('O.Auth_14: a login that is left unused for 15 minutes is over; one that is used is not', async () => {
    server.advance(14 * MINUTE);
    const renewed = await renew(tokens.refresh_token);
    expect(renewed.status).toBe(200);
    server.advance(14 * MINUTE);
    const again = await renew(renewed.body.refresh_token);
    expect(again.status).toBe(200);
    server.advance(16 * MINUTE);
    expect((await renew(again.body.refresh_token)).body['error']).toBe('invalid_grant');
    expect((await visit(browser, portal().url)).pathname).toMatch(/^\/auth\/interaction\//);
  }, 30_000);

  test('O.Auth_14: after 12 hours both factors are needed again, however active the login was', async () => {
    let refresh = tokens.refresh_token;
    for (let quarter = 0; quarter < 12 * 4 + 6; quarter += 1) {
      server.advance(14 * MINUTE);
      const { status, body } = await renew(refresh);
      if (status !== 200) {
        expect(body['error']).toBe('invalid_grant');
        expect(quarter * 14).toBeGreaterThan(700);
        return;
      }
      refresh = body.refresh_token;
    }
    throw new TypeError('the login never ended');
  }, 60_000);

  describe('on a device that proves its key', () => {
    let device: DeviceKey;

    async function bound(): Promise<TokenResponse> {
      device = await deviceKey();
      const request = authorizationRequest(server, { dpop_jkt: device.thumbprint });
      const { callback } = await newPerson(server, request.url);
      return proven({
        grant_type: 'authorization_code',
        client_id: 'diga-app',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: 'http://127.0.0.1:49152/callback',
        code_verifier: request.verifier,
      });
    }

    async function proven(form: Record<string, string>, key = device): Promise<TokenResponse> {
      const htu = `${server.origin}/oauth2/token`;
      const send = async (more: object = {}) =>
        fetch(htu, {
          method: 'POST',
          body: new URLSearchParams(form),
          headers: { dpop: await key.prove({ htm: 'POST', htu, ...more }) },
        });
      const first = await send();
      expect(first.headers.get('dpop-nonce')).not.toBeNull();
      expect(await first.json()).toMatchObject({ error: 'use_dpop_nonce' });
      const response = await send({ nonce: first.headers.get('dpop-nonce') });
      return { status: response.status, body: (await response.json()) as TokenResponse['body'] };
    }

    const refreshed = (refresh_token: string, key = device) =>
      proven({ grant_type: 'refresh_token', client_id: 'diga-app', refresh_token }, key);

    test('RFC 9449 5: a patient stays signed in for 30 days, with that key alone', async () => {
      const { status, body } = await bound();
      expect({ status, type: body['token_type'] }).toEqual({ status: 200, type: 'DPoP' });
      expect((await loginOf(body.access_token)).deviceKey).toBe(device.thumbprint);
      expect((await refreshed(body.refresh_token, await deviceKey())).body['error']).toBe(
        'invalid_grant',
      );
      server.advance(29 * DAY);
      const renewed = await refreshed(body.refresh_token);
      expect(renewed.status).toBe(200);
      expect(loginId(renewed.body.access_token)).toBe(loginId(body.access_token));
      server.advance(2 * DAY);
      expect((await refreshed(renewed.body.refresh_token)).body['error']).toBe('invalid_grant');
    }, 30_000);

    test('[R-012] RFC 9449 7.2: its token is refused as a bearer token, and a bearer token as a bound one', async () => {
      const { body } = await bound();
      const url = `${server.origin}/fhir/Patient/1`;
      const shown = (scheme: 'Bearer' | 'DPoP', proof?: string) => ({
        scheme,
        method: 'GET',
        url,
        header: (name: string) => (name === 'dpop' ? proof : undefined),
        certificate: () => undefined,
      });
      const verify = async (token: string, scheme: 'Bearer' | 'DPoP', proof?: string) =>
        server.authenticator.verify(token, shown(scheme, proof)).then(
          () => 'accepted',
          (error: unknown) =>
            (error as { headers: Record<string, string> }).headers['WWW-Authenticate'],
        );
      const proof = () => device.prove({ htm: 'GET', htu: url }, body.access_token);
      expect(await verify(body.access_token, 'DPoP', await proof())).toBe('accepted');
      expect(await verify(body.access_token, 'Bearer', await proof())).toContain(
        'DPoP error="invalid_token"',
      );
      expect(await verify(body.access_token, 'DPoP')).toContain('error="invalid_dpop_proof"');
      expect(await verify(tokens.access_token, 'Bearer')).toBe('accepted');
      const own = await device.prove({ htm: 'GET', htu: url }, tokens.access_token);
      expect(await verify(tokens.access_token, 'DPoP', own)).toContain('error="invalid_token"');
      await expect(server.authenticator.verify(body.access_token)).rejects.toMatchObject({
        status: 401,
      });
    }, 30_000);
  });

  test('RFC 9470 5: acr_values and max_age ask for a stronger or fresher sign-in; what is unmet is an error', async () => {
    const strong = 'urn:diga:acr:2fa-phr';
    const page = await visit(browser, portal({ acr_values: 'urn:diga:acr:2fa' }).url);
    expect(page.searchParams.has('code')).toBe(true);
    expect((await visit(browser, portal({ acr_values: strong }).url)).pathname).toMatch(
      /^\/auth\/interaction\//,
    );
    const none = await visit(browser, portal({ acr_values: strong, prompt: 'none' }).url);
    expect(none.searchParams.get('error')).toBe('login_required');
    const essential = JSON.stringify({ id_token: { acr: { essential: true, value: strong } } });
    expect((await visit(browser, portal({ claims: essential }).url)).pathname).toMatch(
      /^\/auth\/interaction\//,
    );
    const nobody = JSON.stringify({
      id_token: { acr: { essential: true, value: 'urn:other:acr' } },
    });
    expect((await visit(browser, portal({ claims: nobody }).url)).searchParams.get('error')).toBe(
      'unmet_authentication_requirements',
    );
    // A person with a one-time code alone cannot do better than that.
    const fresh = await newPerson(server, portal({ acr_values: strong }).url);
    expect(fresh.callback.searchParams.get('error')).toBe('unmet_authentication_requirements');
    // The provider counts whole seconds, and more than one has to be over.
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect((await visit(browser, portal({ max_age: '1' }).url)).pathname).toMatch(
      /^\/auth\/interaction\//,
    );
  }, 30_000);

  test('[R-149] an account that has lost its identity gets no code', async () => {
    const { accountId, membershipId } = await loginOf(tokens.access_token);
    const kept: AccountIdentity['membershipId'] = membershipId;
    await database.query({
      text: 'DELETE FROM account_identity WHERE membership_id = $1',
      values: [kept],
    });
    const end = await visit(browser, portal().url);
    expect(end.searchParams.get('error')).toBe('access_denied');
    expect(server.events.at(-1)).toMatchObject({ outcome: 'serious' });
    expect(accountId).not.toBe('');
  }, 30_000);
});
