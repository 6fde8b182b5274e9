import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt, importJWK } from 'jose';
import * as oauth from 'oauth4webapi';
import type { TestServer } from '../../../../test/support/server.ts';
import type { Browser } from '../support/browser.ts';
import { fieldValue } from '../support/browser.ts';
import { EC_KEY } from '../support/client-assertion.ts';
import { type Issuer, issuerOf, judgedServer, newPerson } from '../support/judge.ts';
import { authorizationRequest } from '../support/sign-in.ts';
import type { AuthServer } from '../support/auth-server.ts';

const OTHER = 'http://127.0.0.1:49152/other';
// The judge asks for TLS, which the server of the tests has not: it listens on the loopback address.
// eslint-disable-next-line @typescript-eslint/no-deprecated
const insecure = { [oauth.allowInsecureRequests]: true } as const;
const SCOPE = 'openid fhirUser patient/Observation.rs patient/Condition.rs';

/** A confidential app of another maker, which pushes its requests, signs its assertions and proves a key of its own. */
describe('[R-200] oauth4webapi 3 as the judge', () => {
  let server: TestServer;
  let issuer: Issuer;
  let as: oauth.AuthorizationServer;
  let authentication: oauth.ClientAuth;
  const client: oauth.Client = { client_id: 'other-maker' };

  beforeAll(async () => {
    server = await judgedServer();
    issuer = issuerOf(server);
    const url = new URL(server.url);
    const response = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure });
    as = await oauth.processDiscoveryResponse(url, response);
    authentication = oauth.PrivateKeyJwt((await importJWK(EC_KEY, 'ES256')) as oauth.CryptoKey);
  }, 60_000);
  afterAll(() => server.close(), 30_000);

  async function pushed(more: Record<string, string> = {}) {
    const verifier = oauth.generateRandomCodeVerifier();
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES384', { extractable: true }));
    const parameters = new URLSearchParams({
      response_type: 'code',
      client_id: 'other-maker',
      redirect_uri: OTHER,
      scope: SCOPE,
      state: 'state',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...more,
    });
    const response = await oauth.pushedAuthorizationRequest(
      as,
      client,
      authentication,
      parameters,
      { DPoP, ...insecure },
    );
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, response);
    const query = new URLSearchParams({ client_id: 'other-maker', request_uri });
    return { verifier, DPoP, url: `${String(as.authorization_endpoint)}?${query}` };
  }

  /** What the person decides on the consent page; `undefined`: no page came. */
  async function decide(browser: Browser, url: string, form: Record<string, string>): Promise<URL> {
    const page = await browser.open(url);
    expect(page.body).toContain('decision');
    const end = await browser.open(`${page.url}/consent`, {
      form_token: fieldValue(page.body, 'form_token'),
      ...form,
    });
    return new URL(end.url);
  }

  async function person(): Promise<Browser> {
    const first = authorizationRequest(issuer as AuthServer, {
      client_id: 'portal',
      redirect_uri: 'http://127.0.0.1:49152/portal',
    });
    return (await newPerson(issuer, first.url)).browser;
  }

  async function redeemed(callback: URL, { verifier, DPoP }: Awaited<ReturnType<typeof pushed>>) {
    const parameters = oauth.validateAuthResponse(as, client, callback, 'state');
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      authentication,
      parameters,
      OTHER,
      verifier,
      { DPoP, ...insecure },
    );
    return oauth.processAuthorizationCodeResponse(as, client, response);
  }

  test('[R-271] the metadata is exact: what it names exists, and nothing weak is named', () => {
    expect(as).toMatchObject({
      issuer: server.url,
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: expect.not.arrayContaining(['implicit', 'password']),
      response_types_supported: ['code'],
      subject_types_supported: ['pairwise'],
      authorization_response_iss_parameter_supported: true,
      tls_client_certificate_bound_access_tokens: true,
    });
    const weak = /none|HS\d|RS\d|EdDSA/;
    for (const [name, value] of Object.entries(as))
      if (name.includes('alg_values')) expect(JSON.stringify(value)).not.toMatch(weak);
  });

  test('RFC 9126, 9449, 7523, 9068: the whole flow, and the token as a resource server sees it', async () => {
    const request = await pushed();
    const callback = await decide(await person(), request.url, { decision: 'all' });
    const tokens = await redeemed(callback, request);
    expect(tokens.token_type).toBe('dpop');
    const url = new URL(`${server.url}/fhir/Observation`);
    const answer = await oauth.protectedResourceRequest(
      tokens.access_token,
      'GET',
      url,
      new Headers(),
      null,
      { DPoP: request.DPoP, ...insecure },
    );
    expect(answer.status).toBe(200);
    const response = await oauth.introspectionRequest(
      as,
      client,
      authentication,
      tokens.access_token,
      insecure,
    );
    const told = await oauth.processIntrospectionResponse(as, client, response);
    expect(told).toMatchObject({
      active: true,
      token_type: 'DPoP',
      scope: 'patient/Observation.rs patient/Condition.rs',
    });
    expect(told.cnf?.jkt).toBe(await request.DPoP.calculateThumbprint());
    expect(told['patient']).toBe((told['fhirUser'] as string).split('/').at(-1));

    const renewal = await oauth.refreshTokenGrantRequest(
      as,
      client,
      authentication,
      tokens.refresh_token ?? '',
      { DPoP: request.DPoP, ...insecure },
    );
    const renewed = await oauth.processRefreshTokenResponse(as, client, renewal);
    const revoked = await oauth.revocationRequest(
      as,
      client,
      authentication,
      renewed.access_token,
      insecure,
    );
    await oauth.processRevocationResponse(revoked);
    const after = await oauth.introspectionRequest(
      as,
      client,
      authentication,
      renewed.access_token,
      insecure,
    );
    expect(await oauth.processIntrospectionResponse(as, client, after)).toEqual({ active: false });
  }, 30_000);

  test('RFC 9068 4: the judge verifies an access token by the published keys alone', async () => {
    const request = await pushed();
    const tokens = await redeemed(
      await decide(await person(), request.url, { decision: 'all' }),
      request,
    );
    const seen: Request[] = [];
    await oauth.protectedResourceRequest(
      tokens.access_token,
      'GET',
      new URL(`${server.url}/fhir/Observation`),
      new Headers(),
      null,
      {
        DPoP: request.DPoP,
        ...insecure,
        [oauth.customFetch]: (target: string, init: object) => {
          seen.push(new Request(target, init));
          return fetch(target, init);
        },
      },
    );
    const [shown] = seen;
    if (shown === undefined) throw new TypeError('nothing was shown');
    const claims = await oauth.validateJwtAccessToken(as, shown, `${server.url}/fhir`, {
      requireDPoP: true,
      ...insecure,
    });
    expect(claims.client_id).toBe('other-maker');
    expect(JSON.stringify(claims)).not.toMatch(/name|mail|birth/);
  }, 30_000);

  test('the person chooses what an app of another maker may do; it is remembered, and asked anew for more', async () => {
    const browser = await person();
    const first = await pushed();
    const some = { decision: 'allow', scope: 'patient/Observation.rs' };
    const tokens = await redeemed(await decide(browser, first.url, some), first);
    expect(tokens.scope).toBe('patient/Observation.rs');
    expect(decodeJwt(tokens.access_token)['scope']).toBe('patient/Observation.rs');

    const same = await pushed({ scope: 'openid patient/Observation.rs' });
    const end = await browser.open(same.url);
    expect(new URL(end.url).searchParams.get('code')).not.toBeNull();

    const more = await pushed();
    const denied = await decide(browser, more.url, { decision: 'deny' });
    expect(denied.searchParams.get('error')).toBe('access_denied');
  }, 30_000);

  test('OIDC Core 8.1: the same person has another subject at another app', async () => {
    const browser = await person();
    const request = await pushed();
    const tokens = await redeemed(await decide(browser, request.url, { decision: 'all' }), request);
    const portal = authorizationRequest(issuer as AuthServer, {
      client_id: 'portal',
      redirect_uri: 'http://127.0.0.1:49152/portal',
    });
    const callback = new URL((await browser.open(portal.url)).url);
    const answer = await fetch(`${server.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'portal',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: 'http://127.0.0.1:49152/portal',
        code_verifier: portal.verifier,
      }),
    });
    const other = decodeJwt(((await answer.json()) as { access_token: string }).access_token);
    const own = decodeJwt(tokens.access_token);
    expect(other['profile']).toBe(own['profile']);
    expect(other.sub).not.toBe(own.sub);
  }, 30_000);
});
