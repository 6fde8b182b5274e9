import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { calculateJwkThumbprint } from 'jose';
import type { JWK } from 'jose';
import { readInventory } from '../../clients/inventory.ts';
import { reportMarkdown, serviceAccountReport } from '../../clients/service-account-report.ts';
import { authConfig } from '../../config.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import { clientAssertion, EC_KEY, requestWithAssertion } from '../support/client-assertion.ts';

const DAY = 86_400;
const { d: _private, ...PUBLIC_KEY } = EC_KEY;
const NEW_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  format: 'jwk',
}) as JWK;
const { d: _other, ...NEW_PUBLIC } = NEW_KEY;

const ACCOUNT = {
  clientId: 'billing-bot',
  jwks: { keys: [PUBLIC_KEY] },
  profile: 'Bot/gkv-billing',
  scope: 'system/Claim.cruds',
  owner: 'Billing team',
  purpose: 'Invoices | monthly',
  rotationDays: 90,
};

let database: Awaited<ReturnType<typeof accountsDatabase>>;
let server: AuthServer;
// The keys of the sandbox are made once, not at each of the many starts.
let dataDirectory: string;

jest.setTimeout(60_000);

beforeAll(async () => {
  database = await accountsDatabase();
  dataDirectory = await mkdtemp(join(tmpdir(), 'inventory-'));
}, 60_000);
afterAll(async () => {
  await database.drop();
  await rm(dataDirectory, { recursive: true });
}, 30_000);
beforeEach(async () => {
  await database.query({ text: 'DELETE FROM oauth_client' });
  await database.query({ text: 'DELETE FROM throttle' });
});

async function started(account: object = ACCOUNT, config: object = {}): Promise<AuthServer> {
  server = await authServer({
    database,
    dataDirectory,
    config: { serviceAccounts: [account], ...config },
  });
  return server;
}

/** Makes the keys of an account older than they are. */
async function age(days: number): Promise<void> {
  await database.query({
    text: `UPDATE oauth_client_key SET since = since - $1 * interval '1 day'`,
    values: [days],
  });
}

async function token(key: JWK = EC_KEY): Promise<number> {
  return (await requestWithAssertion(server, await clientAssertion(server, {}, 'ES256', key)))
    .status;
}

async function entry(): Promise<
  ReturnType<typeof serviceAccountReport>['accounts'][number] | undefined
> {
  const { inventory } = authConfig.parse({});
  const { accounts } = serviceAccountReport(await readInventory(database), inventory, server.now());
  return accounts.find(({ clientId }) => clientId === 'billing-bot');
}

describe('the inventory of service accounts', () => {
  test.each(['scope', 'owner', 'purpose'] as const)(
    '[R-028] [R-029] A 3.1: an account without %s is refused before anything starts',
    (member) => {
      const { [member]: _gone, ...without } = ACCOUNT;
      const parsed = authConfig.safeParse({ serviceAccounts: [without] });
      expect(parsed.error?.issues[0]?.path).toEqual(['serviceAccounts', 0, member]);
    },
  );

  test('[R-154] A 9: the report names every account with owner, purpose, scope, key ids, ages and last use', async () => {
    await started();
    try {
      expect(await entry()).toMatchObject({ lastUsedAt: null, state: 'ok' });
      expect(await token()).toBe(200);
      const found = await entry();
      expect(found).toMatchObject({
        owner: 'Billing team',
        purpose: 'Invoices | monthly',
        scope: 'system/Claim.cruds',
        profile: 'Bot/gkv-billing',
        rotationDays: 90,
        keyAgeDays: 0,
        keys: [{ thumbprint: await calculateJwkThumbprint(PUBLIC_KEY), ageDays: 0 }],
        state: 'ok',
      });
      expect(found?.lastUsedAt).not.toBeNull();
      const all = await readInventory(database);
      expect(all.filter(({ sandbox }) => sandbox).length).toBeGreaterThan(5);
      const { inventory } = authConfig.parse({});
      const table = reportMarkdown(serviceAccountReport(all, inventory, server.now()));
      expect(table).toContain('| billing-bot | ok |  | Billing team | Invoices \\| monthly |');
    } finally {
      await server.close();
    }
  });

  test('[R-154] A 9: an account that nobody has used or reviewed for 90 days is conspicuous', async () => {
    await started();
    try {
      server.advance(91 * DAY);
      await age(-91);
      expect((await entry())?.reasons).toEqual([
        'unused for 90 days or more',
        'not reviewed for more than 90 days',
      ]);
      expect((await entry())?.state).toBe('warned');
    } finally {
      await server.close();
    }
  });
});

describe('[R-030] A 3.1: the keys of a service account', () => {
  test('are warned about from two weeks before the end, once a day, in log and ledger', async () => {
    await started();
    await server.close();
    await age(77);
    await started();
    try {
      const warning = expect.objectContaining({
        clientId: 'billing-bot',
        outcome: 'minor',
        description: 'Service account billing-bot: key due in 13 days',
      });
      expect(server.events).toContainEqual(warning);
      expect(server.logged.join('')).toContain('auth.service-account');
      expect(await token()).toBe(200);
      await server.close();
      await started();
      expect(server.events).not.toContainEqual(warning);
    } finally {
      await server.close();
    }
  });

  test('are refused at the end, a day before they are not, and a grace is kept where one is configured', async () => {
    await started();
    await server.close();
    await age(89);
    await started();
    expect(await token()).toBe(200);
    await server.close();
    await age(2);
    await started(ACCOUNT, { inventory: { graceDays: 7 } });
    expect(await token()).toBe(200);
    await server.close();
    await started();
    try {
      expect(await token()).toBe(401);
      expect(await entry()).toMatchObject({
        state: 'overdue',
        reasons: ['key overdue since 1 days'],
      });
    } finally {
      await server.close();
    }
  });

  test('are exchanged without an outage, and an old one does not come back as new', async () => {
    await started();
    await server.close();
    await age(91);
    await started({ ...ACCOUNT, jwks: { keys: [PUBLIC_KEY, NEW_PUBLIC] } });
    expect([await token(EC_KEY), await token(NEW_KEY)]).toEqual([401, 200]);
    await server.close();
    await started({ ...ACCOUNT, jwks: { keys: [NEW_PUBLIC] } });
    await server.close();
    await started();
    try {
      expect(await token(EC_KEY)).toBe(401);
    } finally {
      await server.close();
    }
  });
});

describe('6.4: ten refused assertions in an hour', () => {
  test('switch an account off where they come from its own place, with an event; another key switches it on', async () => {
    await started();
    expect(await token()).toBe(200);
    for (let i = 0; i < 10; i += 1) expect(await token(NEW_KEY)).toBe(401);
    expect(server.events).toContainEqual(
      expect.objectContaining({
        outcome: 'serious',
        description: expect.stringContaining('billing-bot switched off after 10 refused'),
      }),
    );
    expect(await token()).toBe(401);
    expect(await entry()).toMatchObject({ state: 'disabled' });
    await server.close();
    await started();
    expect(await entry()).toMatchObject({ state: 'disabled' });
    await server.close();
    await database.query({ text: 'DELETE FROM throttle' });
    await started({ ...ACCOUNT, jwks: { keys: [NEW_PUBLIC] } });
    try {
      expect(await token(NEW_KEY)).toBe(200);
    } finally {
      await server.close();
    }
  });

  test('do not where a stranger sends them: nobody switches off what is not theirs', async () => {
    await started();
    try {
      expect(await token()).toBe(200);
      await database.query({ text: `UPDATE oauth_client SET last_address = '\\x00'` });
      for (let i = 0; i < 12; i += 1) await token(NEW_KEY);
      expect(await entry()).toMatchObject({ state: 'ok' });
    } finally {
      await server.close();
    }
  });
});
