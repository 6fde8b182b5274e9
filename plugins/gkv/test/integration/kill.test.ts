import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { createDatabases, type TestDatabases } from '../support/databases.ts';
import { QUICK } from '../support/ground.ts';
import { type Insurers, startInsurers } from '../support/insurers.ts';
import { until } from '../support/until.ts';

const ROUNDS = Number(process.env['GKV_KILL_ROUNDS'] ?? 5);
/** Codes that are redeemed at once in each round. */
const CODES = 2;
const CHILD = join(import.meta.dirname, '../support/killed-server.ts');

jest.setTimeout(180_000 + ROUNDS * 60_000);

interface Redeemed {
  readonly patient: string;
  readonly code: string;
}

describe('kill -9', () => {
  let databases: TestDatabases;
  let insurers: Insurers;
  let dataDirectory: string;
  let accounts: pg.Client;
  let billing: pg.Client;
  let clinical: pg.Client;
  const given: Redeemed[] = [];
  beforeAll(async () => {
    databases = await createDatabases();
    insurers = await startInsurers();
    dataDirectory = await mkdtemp(join(tmpdir(), 'gkv-kill-'));
    accounts = await databases.owner('accounts');
    billing = await databases.owner('billing');
    clinical = await databases.owner('clinical');
  }, 180_000);
  afterAll(async () => {
    for (const client of [accounts, billing, clinical]) await client.end();
    await insurers.close();
    await databases.drop();
    await rm(dataDirectory, { recursive: true });
  }, 60_000);

  /** Starts a server; resolves when it begins to redeem. */
  const start = async (redeem: readonly Redeemed[]): Promise<ChildProcess> => {
    const orders = {
      urls: databases.urls,
      dataDirectory,
      sandbox: insurers.sandbox,
      config: QUICK,
      redeem,
    };
    const child = spawn(process.execPath, ['--no-warnings', CHILD, JSON.stringify(orders)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) if (line === 'begins') break;
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  /** Codes whose redemption the app has not seen to end; it repeats the call, as apps do. */
  const unanswered = async (): Promise<readonly Redeemed[]> => {
    const { rows } = await accounts.query(
      `select patient from gkv_redemption where state = 'ACTIVE'`,
    );
    const active = new Set((rows as { patient: string }[]).map(({ patient }) => patient));
    return given.filter(({ patient }) => !active.has(patient));
  };
  const round = async (delay: number): Promise<void> => {
    for (let index = 0; index < CODES; index += 1) {
      given.push({ patient: `Patient/killed-${given.length}`, code: await insurers.code() });
    }
    const child = await start(await unanswered());
    await new Promise((resolve) => setTimeout(resolve, delay));
    await kill(child);
    await note();
  };
  /** Where the kills have hit: states that a kill left behind, and how often. */
  const hit = new Map<string, number>();
  const note = async (): Promise<void> => {
    const redemptions = await accounts.query(
      'select billing_id, state from gkv_redemption where billing_id is not null',
    );
    for (const { billing_id: id, state } of redemptions.rows as {
      billing_id: string;
      state: string;
    }[]) {
      const { rows } = await billing.query(
        'select state, claimed_until is not null as claimed from gkv_activation where billing_id = $1',
        [id],
      );
      const [activation] = rows as { state: string; claimed: boolean }[];
      const place =
        activation === undefined
          ? 'no activation'
          : `${activation.state}${activation.claimed ? ' under way' : ''}`;
      count(`${state}, ${place}`);
    }
    const { rows } = await billing.query(`
      select case when number is null then 'no invoice' when invoice.claimed_until is null then 'invoice waiting' else 'invoice under way' end as place
      from gkv_activation activation left join gkv_invoice invoice using (billing_id)
      where activation.state = 'VERIFIED' and (number is null or invoice.state = 'CREATED')`);
    for (const { place } of rows as { place: string }[]) count(place);
  };
  const count = (place: string): void => void hit.set(place, (hit.get(place) ?? 0) + 1);

  test(`[R-192] ${ROUNDS} rounds during activation and ${ROUNDS} during billing: no code billed twice, none lost`, async () => {
    for (let index = 0; index < ROUNDS; index += 1) await round(randomInt(1_200));
    for (let index = 0; index < ROUNDS; index += 1) await round(randomInt(500, 9_000));
    const last = await start(await unanswered());
    try {
      await until(
        'every invoice to be accepted',
        async () => {
          const { rows } = await billing.query(`select from gkv_invoice where state = 'ACCEPTED'`);
          return rows.length === given.length && (await unanswered()).length === 0;
        },
        60_000 + ROUNDS * 30_000,
      );
    } finally {
      await kill(last);
    }
    process.stderr.write(`killed at: ${JSON.stringify(Object.fromEntries(hit))}\n`);
    const states = async (client: pg.Client, text: string) =>
      (await client.query(text)).rows as object[];
    expect(
      await states(billing, `select state, count(*)::int from gkv_invoice group by 1`),
    ).toEqual([{ state: 'ACCEPTED', count: given.length }]);
    expect(
      await states(
        billing,
        `select count(distinct code_hmac)::int as codes, count(*)::int from gkv_activation where state = 'VERIFIED'`,
      ),
    ).toEqual([{ codes: given.length, count: given.length }]);
    expect(
      await states(
        billing,
        `select from gkv_activation where state not in ('VERIFIED', 'ABANDONED')`,
      ),
    ).toEqual([]);
    expect(
      await states(
        accounts,
        `select count(distinct patient)::int as patients, count(*)::int from gkv_redemption where state = 'ACTIVE'`,
      ),
    ).toEqual([{ patients: given.length, count: given.length }]);
    expect(
      await states(
        clinical,
        `select count(distinct content->'beneficiary'->>'reference')::int as patients, count(*)::int from resource`,
      ),
    ).toEqual([{ patients: given.length, count: given.length }]);
    const accepted = (await insurers.exchanges()).filter(({ result }) => result === 'ACCEPT');
    for (const { code } of given) {
      const numbers = accepted
        .filter((one) => one.freischaltcode === code)
        .map((one) => one.invoiceNumber);
      expect(new Set(numbers).size).toBe(1);
    }
  });
});
