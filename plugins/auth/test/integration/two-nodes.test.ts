import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Authenticator, AuthService, Database } from '../../../../src/plugin/sdk.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import { deviceKey } from '../support/dpop.ts';
import { CLIENTS, newPerson, visit } from '../support/judge.ts';
import { authorizationRequest, tokenRequest } from '../support/sign-in.ts';

const PORTAL = 'http://127.0.0.1:49152/portal';

/** Two servers on one database, behind one public origin. */
describe('[R-200] design 11: nodes are stateless', () => {
  let database: Database & { drop(): Promise<void> };
  let one: AuthServer;
  let other: AuthServer;

  beforeAll(async () => {
    database = await accountsDatabase();
    one = await authServer({ database, config: CLIENTS });
    const { origin, dataDirectory } = one;
    other = await authServer({ database, config: CLIENTS, origin, dataDirectory });
  }, 60_000);
  afterAll(async () => {
    await other.close();
    await one.close();
    await database.drop();
  }, 30_000);

  const portal = () => authorizationRequest(one, { client_id: 'portal', redirect_uri: PORTAL });
  const redeem = (at: AuthServer, request: { verifier: string }, callback: URL) =>
    tokenRequest(at, {
      grant_type: 'authorization_code',
      client_id: 'portal',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: PORTAL,
      code_verifier: request.verifier,
    });
  const renew = (at: AuthServer, refresh_token: string) =>
    tokenRequest(at, { grant_type: 'refresh_token', client_id: 'portal', refresh_token });

  test('a sign-in at one node is redeemed, renewed and used at the other', async () => {
    const request = portal();
    const { callback } = await newPerson(one, request.url);
    const { status, body } = await redeem(other, request, callback);
    expect(status).toBe(200);
    expect(await one.authenticator.verify(body.access_token)).toBeDefined();
    expect((await renew(one, body.refresh_token)).status).toBe(200);
  }, 30_000);

  test('RFC 9700 4.14.2: of uses of one refresh token at both nodes at once, at most one succeeds', async () => {
    const request = portal();
    const { callback } = await newPerson(one, request.url);
    const { body } = await redeem(one, request, callback);
    const uses = [one, other, one, other].map((at) => renew(at, body.refresh_token));
    const succeeded = (await Promise.all(uses)).filter(({ status }) => status === 200);
    expect(succeeded.length).toBeLessThanOrEqual(1);
    // Somebody has a copy of it: what came of it is over as well, at either node.
    for (const { body: got } of succeeded)
      expect((await renew(other, got.refresh_token)).status).toBe(400);
  }, 30_000);

  test('[R-012] O.Auth_16: what is revoked at one node is over at the other, within seconds', async () => {
    const request = portal();
    const { browser, callback } = await newPerson(one, request.url);
    const { body } = await redeem(one, request, callback);
    expect(await other.authenticator.verify(body.access_token)).toBeDefined();
    const service = one.provided('service') as AuthService;
    const claims = await one.authenticator.verify(body.access_token);
    if (claims === undefined) throw new TypeError('no claims');
    const login = await service.loginOf(claims);
    expect(
      await service.revokeLogin(login?.accountId ?? '', login?.id ?? '', { address: '::1' }),
    ).toBe(true);
    expect((await renew(other, body.refresh_token)).body['error']).toBe('invalid_grant');
    expect((await visit(browser, portal().url)).pathname).toMatch(/^\/auth\/interaction\//);
    const end = Date.now() + 8_000;
    let refused = false;
    while (!refused && Date.now() < end) {
      refused = await other.authenticator.verify(body.access_token).then(
        () => false,
        () => true,
      );
      if (!refused) await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(refused).toBe(true);
  }, 30_000);

  test('[R-012] RFC 9449 11.1: a proof that was shown at one node is worth nothing at the other', async () => {
    const device = await deviceKey();
    const request = portal();
    const { callback } = await newPerson(one, request.url);
    const htu = `${one.origin}/oauth2/token`;
    const response = await fetch(htu, {
      method: 'POST',
      headers: { dpop: await device.prove({ htm: 'POST', htu }) },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'portal',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: PORTAL,
        code_verifier: request.verifier,
      }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    const url = `${one.origin}/fhir/Patient`;
    const proof = await device.prove({ htm: 'GET', htu: url }, token);
    const show = (at: { readonly authenticator: Authenticator }) =>
      at.authenticator.verify(token, {
        scheme: 'DPoP',
        method: 'GET',
        url,
        header: (name) => (name === 'dpop' ? proof : undefined),
        certificate: () => undefined,
      });
    const shown = await Promise.allSettled([show(one), show(other), show(one), show(other)]);
    expect(shown.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(show(other)).rejects.toMatchObject({ detail: 'invalid_dpop_proof' });
  }, 30_000);
});
