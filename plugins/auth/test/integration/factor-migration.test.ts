import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { normalizeAccountHandle } from '../../accounts/account-handle.ts';
import {
  accountServices,
  PASSWORD,
  registerPerson,
  signInWithCode,
} from '../support/account-services.ts';
import { accountsDatabase } from '../support/accounts-database.ts';

const MIGRATIONS = join(import.meta.dirname, '../../migrations/accounts');

describe('Migration 000003 of the accounts database', () => {
  test('accounts of the version before keep their app: its secret opens, and is sealed anew at the first use', async () => {
    const before = await accountsDatabase(2);
    const template = await accountsDatabase();
    const keys = await accountServices({ database: template });
    const person = await registerPerson(keys);
    const id = randomUUID();
    const { core } = keys;
    await before.query({
      text: `INSERT INTO account (id, state, handle_digest, password_hash, totp_secret, totp_algorithm, totp_counter,
          created_at, activated_at) VALUES ($1, 'ACTIVE', $2, $3, $4, 'SHA256', 7, now(), now())`,
      values: [
        id,
        core.digest('handle')(normalizeAccountHandle(person.handle)),
        await core.hasher.hash(PASSWORD),
        core.box.seal(person.totpSecret, `account.totp_secret ${id}`),
      ],
    });
    for (const file of (await readdir(MIGRATIONS)).sort().slice(2)) {
      await before.query({ text: await readFile(join(MIGRATIONS, file), 'utf8') });
    }
    const services = await accountServices({ database: before, dataDirectory: keys.dataDirectory });
    const sealedFor = async () =>
      before.query({
        text: `SELECT detail->>'sealedFor' AS place, counter::int > 7 AS used FROM account_factor WHERE account_id = $1`,
        values: [id],
      });
    expect(await sealedFor()).toEqual([{ place: `account.totp_secret ${id}`, used: false }]);
    expect(await signInWithCode(services, person)).toMatchObject({
      outcome: 'accepted',
      accountId: id,
    });
    expect(await sealedFor()).toEqual([{ place: null, used: true }]);
    services.advance(60);
    expect(await signInWithCode(services, person)).toMatchObject({ outcome: 'accepted' });
    await services.close();
    await keys.close();
    await before.drop();
    await template.drop();
  }, 60_000);
});
