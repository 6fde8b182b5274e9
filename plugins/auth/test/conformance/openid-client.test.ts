import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt, importJWK } from 'jose';
import * as client from 'openid-client';
import { fhirClient } from '../../../../test/support/fhir-client.ts';
import type { TestServer } from '../../../../test/support/server.ts';
import { fieldValue } from '../support/browser.ts';
import { EC_KEY } from '../support/client-assertion.ts';
import { discovered, type Issuer, issuerOf, judgedServer, newPerson } from '../support/judge.ts';

const PORTAL = 'http://127.0.0.1:49152/portal';
const BOUND = 'http://127.0.0.1:49152/bound';
const SCOPE = 'openid fhirUser patient/*.cruds';

/** openid-client is certified as a relying party; what it accepts is judged by somebody else than us. */
describe('[R-200] openid-client 6 as the judge', () => {
  let server: TestServer;
  let issuer: Issuer;

  beforeAll(async () => {
    server = await judgedServer();
    issuer = issuerOf(server);
  }, 60_000);
  afterAll(() => server.close(), 30_000);

  async function request(redirect_uri: string) {
    const verifier = client.randomPKCECodeVerifier();
    const [state, nonce] = [client.randomState(), client.randomNonce()];
    const parameters = {
      redirect_uri,
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    const checks = {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    };
    return { parameters, checks };
  }

  async function signedIn() {
    const config = await discovered(server.url, 'portal');
    const { parameters, checks } = await request(PORTAL);
    const person = await newPerson(issuer, client.buildAuthorizationUrl(config, parameters));
    const tokens = await client.authorizationCodeGrant(config, person.callback, checks);
    return { config, tokens, ...person };
  }

  test('[R-011] OIDC Core 3.1: code flow with PKCE, ID token, userinfo, FHIR read, refresh, sign-out', async () => {
    const { config, tokens, browser } = await signedIn();
    const sub = tokens.claims()?.sub ?? '';
    const info = await client.fetchUserInfo(config, tokens.access_token, sub);
    expect(info['fhirUser']).toBe(tokens.claims()?.['fhirUser']);
    const profile = String(decodeJwt(tokens.access_token)['profile']);
    expect((await fhirClient(`${server.url}/fhir`, tokens.access_token).get(profile)).status).toBe(
      200,
    );

    const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(renewed.claims()?.sub).toBe(sub);
    expect(decodeJwt(renewed.access_token)['login_id']).toBe(
      decodeJwt(tokens.access_token)['login_id'],
    );

    const end = client.buildEndSessionUrl(config, {
      id_token_hint: renewed.id_token ?? '',
      post_logout_redirect_uri: 'http://127.0.0.1:49152/goodbye',
    });
    const page = await browser.open(end.href);
    const xsrf = fieldValue(page.body, 'xsrf');
    const action = new URL(/action="([^"]+)"/.exec(page.body)?.[1] ?? '', page.url).href;
    expect((await browser.open(action, { logout: 'yes', xsrf })).url).toContain('/goodbye');
    await expect(
      client.refreshTokenGrant(config, renewed.refresh_token ?? ''),
    ).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const after = await fhirClient(`${server.url}/fhir`, renewed.access_token).get(profile);
    expect(after.status).toBe(401);
  });

  test('RFC 9700 4.14.2: a refresh token that is used twice ends the login, new tokens included', async () => {
    const { config, tokens } = await signedIn();
    const stolen = tokens.refresh_token ?? '';
    const renewed = await client.refreshTokenGrant(config, stolen);
    await expect(client.refreshTokenGrant(config, stolen)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(
      client.refreshTokenGrant(config, renewed.refresh_token ?? ''),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
    const answer = await fhirClient(`${server.url}/fhir`, renewed.access_token).get('Patient');
    expect(answer.status).toBe(401);
  });

  test('RFC 7009, RFC 7662: what a client revokes is inactive, the access token as well as the refresh token', async () => {
    const { config, tokens } = await signedIn();
    const told = await client.tokenIntrospection(config, tokens.access_token);
    expect(told).toMatchObject({
      active: true,
      client_id: 'portal',
      scope: 'patient/*.cruds',
      sub: tokens.claims()?.sub,
      fhirUser: tokens.claims()?.['fhirUser'],
    });
    await client.tokenRevocation(config, tokens.access_token);
    expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
    await expect(
      client.refreshTokenGrant(config, tokens.refresh_token ?? ''),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('[R-271] RFC 9126, RFC 9449: a pushed request, proofs of possession, and a FHIR read with them', async () => {
    const config = await discovered(server.url, 'bound-app');
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const { parameters, checks } = await request(BOUND);
    const url = await client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });
    expect([...url.searchParams.keys()].toSorted()).toEqual(['client_id', 'request_uri']);
    const { callback } = await newPerson(issuer, url);
    const tokens = await client.authorizationCodeGrant(config, callback, checks, undefined, {
      DPoP,
    });
    expect(tokens.token_type).toBe('dpop');
    const profile = String(decodeJwt(tokens.access_token)['profile']);
    const target = new URL(`${server.url}/fhir/${profile}?_format=json`);
    const read = (handle?: client.DPoPHandle) =>
      client.fetchProtectedResource(
        config,
        tokens.access_token,
        target,
        'GET',
        undefined,
        undefined,
        handle === undefined ? undefined : { DPoP: handle },
      );
    expect((await read(DPoP)).status).toBe(200);
    const other = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    await expect(read(other)).rejects.toMatchObject({ status: 401 });
    await expect(read()).rejects.toMatchObject({ status: 401 });
    const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, {
      DPoP,
    });
    expect(renewed.token_type).toBe('dpop');
    await expect(
      client.refreshTokenGrant(config, renewed.refresh_token ?? '', undefined, { DPoP: other }),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('RFC 9126 5: an app that has to push its requests is refused otherwise', async () => {
    const config = await discovered(server.url, 'bound-app');
    const { parameters } = await request(BOUND);
    const answer = await fetch(client.buildAuthorizationUrl(config, parameters), {
      redirect: 'manual',
    });
    expect(answer.headers.get('location')).toContain('error=invalid_request');
  });

  test('RFC 7523: client credentials with private_key_jwt, read with the token, look at it, revoke it', async () => {
    const key = (await importJWK(EC_KEY, 'ES256')) as client.CryptoKey;
    const config = await discovered(server.url, 'billing-bot', client.PrivateKeyJwt(key));
    const tokens = await client.clientCredentialsGrant(config, { scope: 'system/*.rs' });
    expect(tokens.refresh_token).toBeUndefined();
    expect(
      (await fhirClient(`${server.url}/fhir`, tokens.access_token).get('Patient')).status,
    ).toBe(200);
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({
      active: true,
      token_type: 'Bearer',
    });
    await client.tokenRevocation(config, tokens.access_token);
    expect(
      (await fhirClient(`${server.url}/fhir`, tokens.access_token).get('Patient')).status,
    ).toBe(401);
  });
});
