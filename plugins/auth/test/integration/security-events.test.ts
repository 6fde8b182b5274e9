import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { accountsDatabase } from '../support/accounts-database.ts';
import { authServer } from '../support/auth-server.ts';
import type { AuthServer } from '../support/auth-server.ts';
import { fieldValue } from '../support/browser.ts';
import { exchange, logIn, PASSWORD, register, tokenRequest, totpCode } from '../support/sign-in.ts';

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

/** What `work` leaves on the ledger. */
async function told(work: () => Promise<unknown>): Promise<readonly object[]> {
  const before = server.events.length;
  await work();
  return server.events
    .slice(before)
    .map(({ type, subtype, outcome, description }) => ({ type, subtype, outcome, description }));
}
const event = (type: string, subtype: string, description: string, outcome = 'success') => ({
  type,
  subtype,
  outcome,
  description,
});

describe('[R-197] each security event of an account is on record exactly once', () => {
  test('the start, with the keys in use', () => {
    expect(server.events[0]).toMatchObject({ type: '110113', subtype: '110129' });
    expect(server.events[0]?.description).toMatch(/^Signing keys in use: [\w-]{20,}/);
  });

  test('[R-272] [R-273] registration, factor, grant, login, refusal', async () => {
    let person: Awaited<ReturnType<typeof register>> | undefined;
    expect(
      await told(async () => {
        person = await register(server);
      }),
    ).toEqual([
      event('110113', '110137', 'Account registered'),
      event('110113', '110137', 'Second factor added: one-time codes'),
    ]);
    const { credentials, end, request } = person as Awaited<ReturnType<typeof register>>;
    expect(await told(() => exchange(server, end, request))).toEqual([
      event('110113', '110137', 'Access granted to a client'),
    ]);
    server.advance(90);
    const typed = { handle: credentials.handle, password: PASSWORD };
    expect(await told(() => logIn(server, { ...typed, code: '000000' }))).toEqual([
      event('110114', '110122', 'Login refused', 'minor'),
    ]);
    server.advance(90);
    const code = totpCode(server, credentials.secret);
    expect(await told(() => logIn(server, { ...typed, code }))).toEqual([
      event('110114', '110122', 'Login with password and one-time code'),
    ]);
  });

  test('[R-273] renewal is none, reuse of a refresh token and its revocation are', async () => {
    const { end, request } = await register(server);
    const { body } = await exchange(server, end, request);
    const refresh = (token: string) =>
      tokenRequest(server, {
        grant_type: 'refresh_token',
        client_id: 'diga-app',
        refresh_token: token,
      });
    expect(await told(() => refresh(body.refresh_token))).toEqual([]);
    expect(await told(() => refresh(body.refresh_token))).toEqual([
      event(
        '110113',
        '110132',
        'A refresh token or code was used twice; its grant is revoked',
        'serious',
      ),
    ]);
    const other = await register(server);
    const tokens = (await exchange(server, other.end, other.request)).body;
    const revoke = () =>
      fetch(`${server.origin}/oauth2/revoke`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'diga-app', token: tokens.refresh_token }),
      });
    expect(await told(revoke)).toEqual([
      event('110113', '110137', 'A client has revoked its token; the grant has ended'),
    ]);
    expect(await told(revoke)).toEqual([]);
  });

  test('[R-273] sign-out by the app and on the page of the server', async () => {
    const logout = event('110114', '110123', 'Logout');
    const first = await register(server);
    const { body } = await exchange(server, first.end, first.request);
    const headers = { authorization: `Bearer ${body.access_token}` };
    const byToken = () => fetch(`${server.origin}/oauth2/logout`, { method: 'POST', headers });
    expect(await told(byToken)).toEqual([logout]);

    const second = await register(server);
    const { id_token: hint } = (await exchange(server, second.end, second.request)).body;
    const page = await second.browser.open(`${server.origin}/oauth2/logout?id_token_hint=${hint}`);
    const action = /action="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const form = { xsrf: fieldValue(page.body, 'xsrf'), logout: 'yes' };
    expect(await told(() => second.browser.open(action, form))).toEqual([logout]);
  });

  test('every event says where it came from', () => {
    const byPeople = server.events.filter(({ clientId }) => clientId !== undefined);
    expect(byPeople.length).toBeGreaterThan(8);
    for (const { network } of byPeople) expect(network).toMatch(/^(::ffff:)?127\.0\.0\.1$/);
  });

  test('where the ledger cannot be written, no grant is handed out', async () => {
    const { end, request } = await register(server);
    server.failAudit = true;
    const { status, body } = await exchange(server, end, request);
    server.failAudit = false;
    expect(status).toBe(503);
    expect(body).not.toHaveProperty('access_token');
  });
});
