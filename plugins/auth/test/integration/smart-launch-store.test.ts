import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { secretBox } from '../../keys/secret-box.ts';
import { LAUNCH_TTL, launchStore } from '../../smart/launch-store.ts';
import { sweepExpired } from '../../sweep.ts';
import { accountsDatabase } from '../support/accounts-database.ts';

let database: Awaited<ReturnType<typeof accountsDatabase>>;
let now = Date.parse('2026-11-22T08:00:00Z');
const box = secretBox([{ id: 1, key: randomBytes(32) }]);
const target = { clientId: 'growth-chart', profile: 'Practitioner/7' };
const context = { patient: 'Patient/secret-id' };

beforeAll(async () => {
  database = await accountsDatabase();
});
afterAll(() => database.drop());

describe('SMART App Launch 2.2, EHR launch: the id of a launch', () => {
  const store = () => launchStore(database, box, { now: () => now });

  test('is random, and found only for its client and whoever launched it', async () => {
    const [one, two] = [
      await store().create(target, context),
      await store().create(target, context),
    ];
    expect(one).not.toBe(two);
    expect(Buffer.from(one, 'base64url')).toHaveLength(32);
    expect(await store().find(one, target)).toEqual(context);
    expect(await store().find(one, { ...target, clientId: 'other' })).toBeUndefined();
    expect(await store().find(one, { ...target, profile: 'Practitioner/8' })).toBeUndefined();
    expect(await store().find('x', target)).toBeUndefined();
  });

  test('is used once, even by two at the same time', async () => {
    const launch = await store().create(target, context);
    const used = await Promise.all(Array.from({ length: 8 }, () => store().use(launch)));
    expect(used.filter(Boolean)).toHaveLength(1);
    expect(await store().find(launch, target)).toBeUndefined();
  });

  test('ends after ten minutes, and is cleared away', async () => {
    const launch = await store().create(target, context);
    now += LAUNCH_TTL * 1000;
    expect(await store().find(launch, target)).toBeUndefined();
    expect(await store().use(launch)).toBe(false);
    await sweepExpired(database, { now: () => now });
    const [left] = await database.query<{ count: number }>({
      text: 'SELECT count(*)::int AS count FROM smart_launch',
    });
    expect(left?.count).toBe(0);
  });

  test('a copy of the table names neither the launch nor the patient', async () => {
    const launch = await store().create(target, context);
    const rows = await database.query({ text: 'SELECT t::text AS row FROM smart_launch t' });
    const text = JSON.stringify(rows);
    expect(text).not.toContain(launch);
    expect(text).not.toContain('secret-id');
    const sealed = await database.query<{ sealed: Buffer }>({
      text: 'SELECT sealed FROM smart_launch',
    });
    expect(sealed.some((row) => row.sealed.includes('secret-id'))).toBe(false);
  });
});
