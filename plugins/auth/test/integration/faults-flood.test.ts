import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sweepExpired } from '../../sweep.ts';
import { accountsDatabase, type TestDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import { Browser, fieldValue } from '../support/browser.ts';
import { authorizationRequest, logIn, PASSWORD, register, totpCode } from '../support/sign-in.ts';

const HEADER = 'x-real-address';
/** Tables that strangers can write to. */
const OPEN_TABLES = ['oidc_payload', 'registration_draft', 'sign_in_attempt', 'throttle'] as const;
const STRANGERS = 120;

let database: TestDatabase;
let server: AuthServer;

beforeAll(async () => {
  database = await accountsDatabase();
  server = await authServer({
    database,
    config: {
      clientAddressHeader: HEADER,
      requestsPerMinute: 100_000,
      login: { responseFloorMs: 0, registrationsPerHour: 1000 },
      password: { concurrency: 2 },
    },
  });
}, 60_000);
afterAll(async () => {
  await server.close();
  await database.drop();
}, 30_000);

const from = (n: number): Browser =>
  new Browser(server.origin, {
    'accept-language': 'en',
    [HEADER]: `203.0.${String(Math.floor(n / 250))}.${String((n % 250) + 1)}`,
  });

async function rows(table: string): Promise<number> {
  const [row] = await database.query<{ n: number }>({
    text: `SELECT count(*)::int AS n FROM ${table}`,
  });
  return row?.n ?? -1;
}

/** A stranger who opens a registration, leaves it, and tries a password on somebody. */
async function stranger(n: number, handle: string): Promise<number> {
  const browser = from(n);
  const login = await browser.open(authorizationRequest(server).url);
  await browser.open(`${login.url}/registration`);
  const tried = await browser.open(`${login.url}/login`, {
    form_token: fieldValue(login.body, 'form_token'),
    handle,
    password: 'not the password of anybody',
    code: '',
  });
  return tried.status;
}

describe('[R-198] IT-Grundschutz ORP.4: a flood of registrations and of first steps from many addresses', () => {
  test('honest people sign in during it and after it; nobody is locked out by what strangers have begun', async () => {
    const { credentials } = await register(server);
    const attack = Promise.all(
      Array.from({ length: STRANGERS }, (_, n) => stranger(n, credentials.handle)),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    server.advance(60);
    const honest = async (): Promise<string> => {
      for (;;) {
        const code = totpCode(server, credentials.secret);
        const { end } = await logIn(
          server,
          { handle: credentials.handle, password: PASSWORD, code },
          from(40_000),
        );
        // Busy is an answer in a flood; any other refusal would be a lock-out.
        if (end.status !== 503) return end.url;
        expect(end.headers.get('retry-after')).toMatch(/^\d+$/);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    };
    expect(await honest()).toContain('?code=');
    const statuses = new Set(await attack);
    // 429: while the owner's own attempt is judged, nobody else begins with that handle.
    for (const status of statuses) expect([200, 429, 503]).toContain(status);
    server.advance(60);
    expect(await honest()).toContain('?code=');
  }, 120_000);

  test('a flood of second steps slows one account down, and its owner gets in as soon as the delay is over', async () => {
    const { credentials } = await register(server);
    for (let n = 0; n < 4; n += 1) {
      const typed = { handle: credentials.handle, password: 'wrong one', code: '000000' };
      const { end } = await logIn(server, typed, from(50_000 + n));
      expect(end.status).toBe(401);
      server.advance(10);
    }
    server.advance(60);
    const code = totpCode(server, credentials.secret);
    const typed = { handle: credentials.handle, password: PASSWORD, code };
    expect((await logIn(server, typed, from(60_000))).end.url).toContain('?code=');
  }, 60_000);

  test('all that strangers have made the server keep is gone after one sweep, however much it is', async () => {
    for (const table of OPEN_TABLES) expect(await rows(table)).toBeGreaterThan(0);
    await database.query({
      text: `INSERT INTO throttle (key, failures, blocked_until, expires_at)
        SELECT sha256(convert_to(n::text, 'UTF8')), 1, now(), now() FROM generate_series(1, 12000) AS n`,
    });
    // What belongs to people who have signed in lives longer than any flood.
    server.advance(60 * 86_400);
    await sweepExpired(database, { now: () => server.now() });
    for (const table of OPEN_TABLES) expect([table, await rows(table)]).toEqual([table, 0]);
  }, 60_000);
});
