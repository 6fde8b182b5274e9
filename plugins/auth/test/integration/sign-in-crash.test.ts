import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  accountServices,
  begun,
  fromSomewhere,
  registerPerson,
  totpCode,
} from '../support/account-services.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import type { SignInChild } from '../support/sign-in-child.ts';

const CHILD = join(import.meta.dirname, '../support/sign-in-child.ts');

describe('A node killed while it judges a sign-in', () => {
  test('the attempt survives, the code it had is used up, nobody is signed in, and the next code is accepted', async () => {
    const database = await accountsDatabase();
    const services = await accountServices({ database });
    const person = await registerPerson(services);
    const attempt = await begun(services, person.handle);
    const code = totpCode(services, person.totpSecret);
    const told: SignInChild = {
      database: database.database,
      dataDirectory: services.dataDirectory,
      ahead: services.now() - Date.now(),
      attempt,
      code,
    };
    const child = spawn(process.execPath, [CHILD, JSON.stringify(told)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(said.toString()).toBe('judged\n');
    child.kill('SIGKILL');
    await once(child, 'exit');

    expect(await services.signIn.attempt(attempt)).toEqual({ outcome: 'second-factor', attempt });
    await expect(services.signIn.consume(attempt)).rejects.toMatchObject({
      code: 'AUTH_SESSION_GONE',
    });
    const same = { kind: 'totp', code } as const;
    expect(await services.signIn.finish(attempt, same, fromSomewhere())).toEqual({
      outcome: 'refused',
    });
    services.advance(60);
    const next = { kind: 'totp', code: totpCode(services, person.totpSecret) } as const;
    expect(await services.signIn.finish(attempt, next, fromSomewhere())).toMatchObject({
      outcome: 'accepted',
      accountId: person.accountId,
    });
    await services.close();
    await database.drop();
  }, 60_000);
});
