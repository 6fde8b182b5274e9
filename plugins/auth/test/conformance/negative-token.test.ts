import { createSecretKey, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { JWK } from 'jose';
import type { Database } from '../../../../src/plugin/sdk.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import type { Browser } from '../support/browser.ts';
import { clientAssertion, EC_KEY, requestWithAssertion } from '../support/client-assertion.ts';
import { CLIENTS, newPerson } from '../support/judge.ts';
import { authorizationRequest, tokenRequest } from '../support/sign-in.ts';

const PORTAL = 'http://127.0.0.1:49152/portal';
const { d: _private, ...PUBLIC_KEY } = EC_KEY;

/** What an attacker may try at the token endpoint. @see https://openid.net/specs/fapi-security-profile-2_0-final.html */
describe('[R-011] FAPI 2.0 5.3.2: the token endpoint refuses', () => {
  let database: Database & { drop(): Promise<void> };
  let server: AuthServer;
  let browser: Browser;

  beforeAll(async () => {
    database = await accountsDatabase();
    server = await authServer({ database, config: CLIENTS });
    ({ browser } = await newPerson(server, portal().url));
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await database.drop();
  }, 30_000);

  const portal = () => authorizationRequest(server, { client_id: 'portal', redirect_uri: PORTAL });

  /** A code, and the request that redeems it. */
  async function fresh(): Promise<Record<string, string>> {
    const request = portal();
    const { searchParams } = new URL((await browser.open(request.url)).url);
    return {
      grant_type: 'authorization_code',
      client_id: 'portal',
      code: searchParams.get('code') ?? '',
      redirect_uri: PORTAL,
      code_verifier: request.verifier,
    };
  }
  const answer = async (form: Record<string, string>) => {
    const { status, body } = await tokenRequest(server, form);
    return status === 200 ? 'tokens' : String(body['error']);
  };

  test('nothing of a good request', async () => {
    expect(await answer(await fresh())).toBe('tokens');
  });

  test.each([
    ['another client', { client_id: 'diga-app' }, 'invalid_grant'],
    ['another verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
    ['the challenge in place of the verifier', { code_verifier: '' }, 'invalid_grant'],
    ['another redirect URI', { redirect_uri: `${PORTAL}/` }, 'invalid_grant'],
    [
      'the name of a redirect that codes without one have',
      { redirect_uri: 'urn:diga:no-redirect' },
      'invalid_grant',
    ],
    ['another code', { code: 'x'.repeat(43) }, 'invalid_grant'],
    [
      'a password grant',
      { grant_type: 'password', username: 'a', password: 'b' },
      'unsupported_grant_type',
    ],
    ['a grant that the client has not', { grant_type: 'client_credentials' }, 'invalid_request'],
    ['a secret that the client has not', { client_secret: 'guess' }, 'invalid_client'],
  ])('a code with %s', async (_name, more: Record<string, string>, error) => {
    expect(await answer({ ...(await fresh()), ...more })).toBe(error);
  });

  test('a code twice, and takes back what the first use gave', async () => {
    const form = await fresh();
    const first = await tokenRequest(server, form);
    expect(await answer(form)).toBe('invalid_grant');
    await expect(server.authenticator.verify(first.body.access_token)).rejects.toMatchObject({
      code: 'AUTH_TOKEN_INVALID',
    });
  });

  test('RFC 6749 3.2: parameters twice, another content type, another method', async () => {
    const form = new URLSearchParams(await fresh());
    form.append('code', form.get('code') ?? '');
    const send = async (init: RequestInit) => {
      const response = await fetch(`${server.origin}/oauth2/token`, init);
      return response.status;
    };
    expect(await send({ method: 'POST', body: form })).toBe(400);
    const json = { 'content-type': 'application/json' };
    expect(await send({ method: 'POST', headers: json, body: JSON.stringify(await fresh()) })).toBe(
      400,
    );
    expect(await send({ method: 'GET' })).toBe(404);
  });

  test('a request that breaks off, and the code is still good', async () => {
    const form = await fresh();
    const body = new URLSearchParams(form).toString();
    const { hostname, port } = new URL(server.origin);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST /oauth2/token HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
            'Content-Type: application/x-www-form-urlencoded\r\n' +
            `Content-Length: ${body.length + 10}\r\n\r\n${body}`,
          () => socket.destroy(),
        );
      });
      socket.on('close', () => resolve());
    });
    expect(await answer(form)).toBe('tokens');
  });

  test('RFC 9449 10: an app that must prove its key gets nothing without a proof', async () => {
    const form = { ...(await fresh()), client_id: 'bound-app' };
    expect(await answer(form)).not.toBe('tokens');
  });

  describe('[R-271] RFC 7523 3: a client assertion', () => {
    const refused = async (assertion: string, more: Record<string, string> = {}) => {
      const { status, body } = await requestWithAssertion(server, assertion, more);
      return status === 200 ? 'tokens' : String(body['error']);
    };
    const signed = async (
      header: Record<string, unknown>,
      key: JWK | undefined = EC_KEY,
      claims: object = {},
    ) => {
      const now = Math.floor(Date.now() / 1000);
      const payload = {
        iss: 'billing-bot',
        sub: 'billing-bot',
        aud: `${server.origin}/oauth2/token`,
        jti: randomUUID(),
        iat: now,
        exp: now + 60,
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'ES256', ...header })
        .sign(await importJWK(key, 'ES256'));
    };

    test('that is good is taken once', async () => {
      const assertion = await clientAssertion(server);
      expect(await refused(assertion)).toBe('tokens');
      expect(await refused(assertion)).toBe('invalid_client');
    });

    test.each([
      ['for another server', { aud: 'https://other.example/oauth2/token' }],
      ['that lives for an hour', { exp: Math.floor(Date.now() / 1000) + 3600 }],
      ['that has expired', { exp: Math.floor(Date.now() / 1000) - 60 }],
      ['without an end', { exp: undefined }],
      ['without an id', { jti: undefined }],
      ['of another issuer', { iss: 'other' }],
      ['of another subject', { sub: 'sandbox-full' }],
    ])('%s', async (_name, claims: Record<string, unknown>) => {
      expect(await refused(await clientAssertion(server, claims))).toBe('invalid_client');
    });

    test('signed by who brings the key along, or says where it lies', async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
      const [own, foreign] = [await exportJWK(publicKey), await exportJWK(privateKey)];
      for (const header of [
        { jwk: own },
        { jku: 'https://evil.example/jwks.json' },
        { x5u: 'https://evil.example/chain.pem' },
        { kid: 'of another key' },
      ]) {
        expect(await refused(await signed(header, foreign))).toBe('invalid_client');
      }
    });

    test('without a signature, or with one that takes the public key for a secret', async () => {
      const [, payload = ''] = (await signed({})).split('.');
      const encode = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url');
      expect(await refused(`${encode({ alg: 'none' })}.${payload}.`)).toBe('invalid_client');
      const secret = createSecretKey(Buffer.from(JSON.stringify(PUBLIC_KEY)));
      const confused = await new SignJWT(
        JSON.parse(Buffer.from(payload, 'base64url').toString()) as object as never,
      )
        .setProtectedHeader({ alg: 'HS256' })
        .sign(secret);
      expect(await refused(confused)).toBe('invalid_client');
    });

    test('beside another proof, or for another client than is named', async () => {
      expect(await refused(await clientAssertion(server), { client_secret: 'x' })).toBe(
        'invalid_request',
      );
      expect(await refused(await clientAssertion(server), { client_id: 'portal' })).toBe(
        'invalid_request',
      );
    });
  });
});
