import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { accountsDatabase } from '../support/accounts-database.ts';
import { authServer } from '../support/auth-server.ts';
import type { AuthServer } from '../support/auth-server.ts';
import { Browser, fieldValue } from '../support/browser.ts';
import { authorizationRequest, logIn, PASSWORD, register, totpCode } from '../support/sign-in.ts';

const NOBODY = '0000-0000-0000-0000';

jest.setTimeout(60_000);

describe('IT-Grundschutz ORP.4', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let server: AuthServer;

  beforeAll(async () => {
    database = await accountsDatabase();
    server = await authServer({
      database,
      config: { login: { responseFloorMs: 120, registrationsPerHour: 1000 } },
    });
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await database.drop();
  }, 30_000);

  /** Answers to attempts in one and the same sign-in, with what differs by nature taken out. */
  async function answers(attempts: readonly { handle: string; password: string; code: string }[]) {
    const browser = new Browser(server.origin);
    const login = await browser.open(authorizationRequest(server).url);
    const token = fieldValue(login.body, 'form_token');
    const results = [];
    for (const attempt of attempts) {
      server.advance(200);
      const start = performance.now();
      const visited = await browser.request(new URL(`${login.url}/login`), {
        form_token: token,
        ...attempt,
      });
      const { date: _date, ...headers } = Object.fromEntries(visited.headers);
      results.push({
        status: visited.status,
        headers,
        body: visited.body.replaceAll(attempt.handle, 'HANDLE'),
        slow: performance.now() - start >= 120,
      });
    }
    return results;
  }

  test('[R-198] [V-62] ORP.4.A23: unknown account, wrong password and wrong code get the same answer, to the byte', async () => {
    const { credentials } = await register(server);
    const right = { handle: credentials.handle, password: PASSWORD };
    const [unknown, password, code, both, garbage] = await answers([
      { handle: NOBODY, password: PASSWORD, code: '000000' },
      { ...right, password: 'ein anderer Satz hier', code: '123456' },
      { ...right, code: '000000' },
      { ...right, password: 'falsch', code: 'x' },
      { handle: credentials.handle.slice(0, -4) + 'UUUU', password: '', code: '?' },
    ]);
    expect(unknown).toMatchObject({ status: 401, slow: true });
    for (const other of [password, code, both, garbage]) expect(other).toEqual(unknown);
    expect(unknown?.headers).not.toHaveProperty('set-cookie');
  });

  test('the log and the audit events of refused logins hold no handle, no password and no code', async () => {
    const { credentials } = await register(server);
    server.advance(90_000);
    await logIn(server, {
      handle: credentials.handle,
      password: 'Geheimnis Nummer 77',
      code: '918273',
    });
    const kept = JSON.stringify([server.events, server.logged]);
    for (const secret of [
      credentials.handle,
      credentials.secret,
      'Geheimnis Nummer 77',
      '918273',
      PASSWORD,
    ]) {
      expect(kept).not.toContain(secret);
    }
    const stored = JSON.stringify(
      await database.query({ text: 'SELECT * FROM account, oidc_payload' }),
    );
    for (const secret of [credentials.handle, credentials.secret])
      expect(stored).not.toContain(secret);
  });

  test('[R-198] [V-62] ORP.4.A13: delays grow the same way for accounts that exist and those that do not', async () => {
    const { credentials } = await register(server);
    const waits = async (handle: string): Promise<(string | number | null)[]> => {
      server.advance(90_000);
      const seen = [];
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const typed = { handle, password: 'falsch', code: '000000' };
        seen.push((await logIn(server, typed)).end.status);
        const blocked = (await logIn(server, typed)).end;
        seen.push(blocked.status, blocked.headers.get('retry-after'));
        server.advance(Number(blocked.headers.get('retry-after')));
      }
      return seen;
    };
    const expected = [401, 429, '1', 401, 429, '2', 401, 429, '4'];
    expect(await waits(credentials.handle)).toEqual(expected);
    expect(await waits('1111-1111-1111-1111')).toEqual(expected);
  });

  test('during a delay the right factors are not even looked at, after it they work', async () => {
    const { credentials } = await register(server);
    server.advance(90_000);
    const typed = () => ({
      handle: credentials.handle,
      password: PASSWORD,
      code: totpCode(server, credentials.secret),
    });
    await logIn(server, { ...typed(), password: 'falsch' });
    expect((await logIn(server, typed())).end.status).toBe(429);
    server.advance(2);
    expect((await logIn(server, typed())).end.status).toBe(303);
  });

  test('parallel attempts are no way around the delay', async () => {
    const { credentials } = await register(server);
    server.advance(90_000);
    const typed = { handle: credentials.handle, password: 'falsch', code: '000000' };
    const all = await Promise.all(Array.from({ length: 6 }, () => logIn(server, typed)));
    expect(all.filter(({ end }) => end.status === 401)).toHaveLength(1);
  });

  test('ORP.4.A13: the tenth failure in a day blocks the account for a day and is reported', async () => {
    const { credentials } = await register(server);
    server.advance(90_000);
    // Five failures in 15 minutes stop an address before that; the attempts come from several.
    const digest = { handle: credentials.handle, password: 'falsch', code: '000000' };
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await logIn(server, digest)).end.status).toBe(401);
      server.advance(1000);
    }
    expect(server.events.at(-1)).toMatchObject({ type: '110113', outcome: 'serious' });
    const right = { ...digest, password: PASSWORD, code: totpCode(server, credentials.secret) };
    const { end } = await logIn(server, right);
    expect(end.status).toBe(429);
    expect(Number(end.headers.get('retry-after'))).toBeGreaterThan(80_000);
  });

  test('registrations of one address are limited', async () => {
    const limited = await authServer({ database, config: { login: { registrationsPerHour: 2 } } });
    limited.advance(500_000);
    const statuses = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const browser = new Browser(limited.origin);
      const login = await browser.open(authorizationRequest(limited).url);
      statuses.push((await browser.open(`${login.url}/registration`)).status);
    }
    await limited.close();
    expect(statuses).toEqual([200, 200, 429]);
  });
});
