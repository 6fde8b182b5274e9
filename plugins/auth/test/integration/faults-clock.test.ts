import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { accountsDatabase, type TestDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import { clientAssertion, requestWithAssertion } from '../support/client-assertion.ts';
import { deviceKey } from '../support/dpop.ts';
import { CLIENTS, newPerson } from '../support/judge.ts';
import {
  authorizationRequest,
  logIn,
  PASSWORD,
  register,
  tokenRequest,
  totpCode,
} from '../support/sign-in.ts';

const PORTAL = 'http://127.0.0.1:49152/portal';

let database: TestDatabase;
let server: AuthServer;

beforeAll(async () => {
  database = await accountsDatabase();
  server = await authServer({ database, config: CLIENTS });
}, 60_000);
afterAll(async () => {
  await server.close();
  await database.drop();
}, 30_000);

const seconds = (): number => Math.floor(Date.now() / 1000);

describe('RFC 7523 3: the clock of a backend service is a minute off', () => {
  test.each([
    ['fast', 60, 300],
    ['fast', 60, 60],
    ['slow', -60, 300],
  ])('%s by %d s, with assertions of %d s: it gets its token', async (_, off, lifetime) => {
    const iat = seconds() + off;
    const assertion = await clientAssertion(server, { iat, exp: iat + lifetime });
    expect((await requestWithAssertion(server, assertion)).status).toBe(200);
    // The tolerance makes nothing usable twice.
    expect(await requestWithAssertion(server, assertion)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
  });

  test('an assertion that lives longer than the rule allows is none of a clock, and is refused', async () => {
    const iat = seconds();
    const assertion = await clientAssertion(server, { iat, exp: iat + 400 });
    expect((await requestWithAssertion(server, assertion)).status).toBe(401);
  });
});

describe('RFC 9449 11.1: the clock of a device is a minute off', () => {
  test.each([60, -60])('by %d s: its proofs are taken at the token endpoint', async (off) => {
    const device = await deviceKey();
    const request = authorizationRequest(server, { client_id: 'portal', redirect_uri: PORTAL });
    const { callback } = await newPerson(server, request.url);
    const htu = `${server.origin}/oauth2/token`;
    const proof = await device.prove({ htm: 'POST', htu, iat: seconds() + off, jti: randomUUID() });
    const response = await fetch(htu, {
      method: 'POST',
      headers: { dpop: proof },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'portal',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: PORTAL,
        code_verifier: request.verifier,
      }),
    });
    expect([response.status, await response.json()]).toEqual([
      200,
      expect.objectContaining({ token_type: 'DPoP' }),
    ]);
  });
});

describe('Two nodes whose clocks differ', () => {
  let other: AuthServer;
  beforeAll(async () => {
    const { origin, dataDirectory } = server;
    other = await authServer({ database, config: CLIENTS, origin, dataDirectory });
  }, 60_000);
  afterAll(() => other.close());
  let off = 0;
  afterEach(() => {
    other.advance(-off);
  });

  test.each([30, -30, 60, -60])(
    'by %d s: what one has issued is used and renewed at the other',
    async (apart) => {
      off = apart;
      other.advance(off);
      const request = authorizationRequest(server, { client_id: 'portal', redirect_uri: PORTAL });
      const { callback } = await newPerson(server, request.url);
      const grant = {
        grant_type: 'authorization_code',
        client_id: 'portal',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: PORTAL,
        code_verifier: request.verifier,
      };
      // A code lives for a minute, so that of a node a minute behind has ended here; the node that made it takes it.
      const redeemed = await tokenRequest(apart >= 60 ? server : other, grant);
      expect(redeemed.status).toBe(200);
      const { access_token: token, refresh_token } = redeemed.body;
      for (const node of [server, other]) {
        expect(await node.authenticator.verify(token)).toBeDefined();
      }
      const renewed = await tokenRequest(other, {
        grant_type: 'refresh_token',
        client_id: 'portal',
        refresh_token,
      });
      expect(renewed.status).toBe(200);
      expect(await server.authenticator.verify(renewed.body.access_token)).toBeDefined();
    },
    30_000,
  );
});

describe('RFC 6238 5.2: the clock of a phone is off', () => {
  test('half a minute signs in; more is refused and told no different, and no such try locks anybody out', async () => {
    const { credentials } = await register(server);
    server.advance(120);
    const at = (off: number) => {
      const clock = { now: () => server.now() + off * 1000 } as AuthServer;
      const code = totpCode(clock, credentials.secret);
      return logIn(server, { handle: credentials.handle, password: PASSWORD, code });
    };
    for (const off of [90, -90, 90]) {
      const { end } = await at(off);
      expect(end.status).toBe(401);
      expect(end.body).not.toMatch(/clock|time of your/i);
      server.advance(90);
    }
    expect((await at(30)).end.url).toContain('?code=');
    server.advance(120);
    expect((await at(-30)).end.url).toContain('?code=');
  }, 30_000);
});
