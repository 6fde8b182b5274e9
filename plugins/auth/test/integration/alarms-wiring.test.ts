import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { accountsDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import { logIn, register } from '../support/sign-in.ts';

describe('alarms of the running service', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let server: AuthServer;

  beforeEach(async () => {
    database = await accountsDatabase();
    const rules = {
      'credential-stuffing': { threshold: 3 },
      'password-spraying': { threshold: 3 },
      'registration-flood': { threshold: 2 },
    };
    server = await authServer({ database, config: { alarms: { rules } } });
  }, 60_000);
  afterEach(async () => {
    await server.close();
    await database.drop();
  }, 30_000);

  const raised = (): (string | undefined)[] =>
    server.events.flatMap(({ alarm }) => (alarm === undefined ? [] : [alarm.rule])).toSorted();
  const until = async (count: number): Promise<void> => {
    for (let round = 0; round < 100 && raised().length < count; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  test('TR-03161-3 O.Org_3: one password at three handles of nobody is stuffing and spraying, and one alarm each', async () => {
    const password = 'Sommer2026 Sommer2026';
    for (const digit of ['1', '2', '3', '4']) {
      const handle = `${digit.repeat(4)}-0000-0000-0000`;
      server.advance(120);
      await logIn(server, { handle, password, code: '000000' });
    }
    await until(2);
    expect(raised()).toEqual(['credential-stuffing', 'password-spraying']);
    const kept = JSON.stringify(server.events);
    // What the rules count by stays with them.
    expect(kept).not.toMatch(/"(?:subject|mark|admin)"/);
    expect(kept).not.toContain(password);
  }, 30_000);

  test('TR-03161-3 O.Org_3: one person who mistypes is no alarm', async () => {
    for (let round = 0; round < 4; round += 1) {
      server.advance(120);
      const typed = { handle: '1111-0000-0000-0000', password: 'einmal so', code: '000000' };
      await logIn(server, { ...typed, password: `${typed.password} ${String(round)}` });
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(raised()).toEqual([]);
  }, 30_000);

  test('registrations are seen', async () => {
    await register(server);
    await register(server);
    await until(1);
    expect(raised()).toEqual(['registration-flood']);
  }, 30_000);
});
