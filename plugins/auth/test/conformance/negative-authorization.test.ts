import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database } from '../../../../src/plugin/sdk.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import type { Browser } from '../support/browser.ts';
import { CLIENTS, newPerson } from '../support/judge.ts';
import { authorizationRequest } from '../support/sign-in.ts';

const PORTAL = 'http://127.0.0.1:49152/portal';

/** What an attacker may try at the authorization endpoint. @see https://openid.net/specs/fapi-security-profile-2_0-final.html */
describe('[R-011] FAPI 2.0 5.3.2: the authorization endpoint refuses', () => {
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

  const portal = (more: Record<string, string> = {}) =>
    authorizationRequest(server, { client_id: 'portal', redirect_uri: PORTAL, ...more });

  /** The request goes on at once, since the browser has a session: what is not refused ends in a code. */
  async function outcome(url: string): Promise<string> {
    const end = await browser.open(url);
    const { origin, searchParams } = new URL(end.url);
    if (origin === server.origin) return `page ${end.status}`;
    if (searchParams.has('code')) return 'code';
    return String(searchParams.get('error'));
  }

  test('nothing of a good request, and names its issuer in the answer (RFC 9207)', async () => {
    const end = await browser.open(portal().url);
    const { searchParams } = new URL(end.url);
    expect(searchParams.get('code')).not.toBeNull();
    expect(searchParams.get('iss')).toBe(server.origin);
  });

  test.each([
    ['no challenge', { code_challenge: '', code_challenge_method: '' }],
    ['the method plain', { code_challenge_method: 'plain' }],
    ['no method, which would be plain', { code_challenge_method: '' }],
    ['a challenge too short to be one', { code_challenge: 'short' }],
    ['the implicit flow', { response_type: 'token' }],
    ['the hybrid flow', { response_type: 'code id_token' }],
    ['a request object', { request: 'eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9.' }],
    ['a request object of another host', { request_uri: 'https://evil.example/request.jwt' }],
    [
      'a pushed request that nobody has pushed',
      { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
    ],
    ['a registration in passing', { registration: '{"redirect_uris":["https://evil.example"]}' }],
    ['another resource', { resource: 'https://evil.example/fhir' }],
  ])('%s', async (_name, more) => {
    expect(await outcome(portal(more).url)).not.toBe('code');
  });

  test.each([
    ['a longer path', `${PORTAL}/evil`],
    ['a shorter path', 'http://127.0.0.1:49152/port'],
    ['a query of its own', `${PORTAL}?next=https://evil.example`],
    ['a fragment', `${PORTAL}#code`],
    ['user information', 'http://127.0.0.1:49152@evil.example/portal'],
    ['another port, for a web app', 'http://127.0.0.1:49153/portal'],
    ['a name of the same machine', 'http://localhost:49152/portal'],
    ['a path that climbs', 'http://127.0.0.1:49152/x/../portal'],
    ['another scheme', 'https://127.0.0.1:49152/portal'],
    ['capital letters', 'http://127.0.0.1:49152/PORTAL'],
  ])('a redirect URI with %s, and sends the browser nowhere', async (_name, redirect) => {
    expect(await outcome(portal({ redirect_uri: redirect }).url)).toBe('page 400');
  });

  test('RFC 8252 7.3: any port of the loopback address, for a native app alone, and no other path', async () => {
    const native = (redirect: string) =>
      authorizationRequest(server, { redirect_uri: redirect }).url;
    const asks = async (redirect: string) =>
      (await browser.request(new URL(native(redirect)))).status;
    expect(await asks('http://127.0.0.1:1/callback')).toBe(303);
    expect(await asks('http://127.0.0.1:1/other')).toBe(400);
    expect(await asks('http://127.0.0.2:1/callback')).toBe(400);
    expect(await asks('http://127.0.0.1.evil.example:1/callback')).toBe(400);
    expect(await asks('http://user@127.0.0.1:1/callback')).toBe(400);
  });

  test.each(['client_id', 'redirect_uri', 'scope', 'code_challenge', 'state'])(
    'RFC 6749 3.1: the parameter %s twice',
    async (name) => {
      const { url } = portal();
      const value = new URL(url).searchParams.get(name) ?? '';
      expect(await outcome(`${url}&${name}=${encodeURIComponent(value)}`)).not.toBe('code');
    },
  );

  test('a code for a client that does not exist', async () => {
    expect(await outcome(portal({ client_id: 'portal2' }).url)).toBe('page 400');
  });
});
