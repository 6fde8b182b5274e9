import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pino from 'pino';
import type { SecurityEvent } from '../../../../src/plugin/sdk.ts';
import { type Alarms, alarms } from '../../alarms/alarms.ts';
import type { ObservedEvent } from '../../alarms/observed-event.ts';
import { alarmsConfig } from '../../config/alarms.ts';
import { keyedDigest } from '../../keys/keyed-digest.ts';
import { sweepExpired } from '../../sweep.ts';
import { accountsDatabase } from '../support/accounts-database.ts';

const HOUR = 3_600_000;

describe('alarm rules over security events', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let raised: SecurityEvent[];
  let logged: string[];
  let now = Date.parse('2026-11-18T10:00:00Z');
  const clock = { now: () => now };
  const pepper = Buffer.alloc(32, 7);

  const node = (config: object = {}, broken = false): Alarms =>
    alarms({
      database: broken
        ? { query: () => Promise.reject(new TypeError('the database is gone')) }
        : database,
      digest: keyedDigest(pepper, 'alarms'),
      config: alarmsConfig.parse(config),
      clock,
      log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
      raise: async (event) => void raised.push(event),
    });
  const see = async (watch: Alarms, events: readonly ObservedEvent[]): Promise<void> => {
    for (const event of events) watch.observe(event);
    await watch.settled();
  };
  const refused = (more: Partial<ObservedEvent> = {}): ObservedEvent => ({
    type: '110114',
    subtype: '110122',
    outcome: 'minor',
    description: 'Login refused',
    network: '203.0.113.7',
    subject: randomUUID(),
    mark: randomUUID().slice(0, 4),
    ...more,
  });
  const login = (more: Partial<ObservedEvent> = {}): ObservedEvent => ({
    type: '110114',
    subtype: '110122',
    outcome: 'success',
    description: 'Login',
    agent: 'Patient/1',
    network: '203.0.113.7',
    ...more,
  });
  const rulesRaised = (): (string | undefined)[] => raised.map(({ alarm }) => alarm?.rule);
  const times = (count: number, make: (index: number) => ObservedEvent): ObservedEvent[] =>
    Array.from({ length: count }, (_, index) => make(index));

  beforeAll(async () => {
    database = await accountsDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    raised = [];
    logged = [];
    await database.query({ text: 'TRUNCATE alarm_count, alarm_raised' });
  });

  test('TR-03161-3 O.Org_3: credential stuffing: many accounts from one network raise one alarm, counted over two nodes', async () => {
    const [one, two] = [node(), node()];
    // All of one network, whatever the last octet.
    const attempt = (index: number) => refused({ network: `203.0.113.${String(index)}` });
    await see(one, times(7, attempt));
    await see(two, times(7, attempt));
    expect(raised).toEqual([]);
    await see(one, times(1, attempt));
    await see(two, times(30, attempt));
    expect(raised).toEqual([
      expect.objectContaining({
        type: '110113',
        outcome: 'serious',
        description: 'Alarm credential-stuffing: 15 different subjects within 3600 s',
        alarm: { rule: 'credential-stuffing', runbook: 'docs/alarms.md#credential-stuffing' },
      }),
    ]);
    now += HOUR + 1000;
    await see(one, times(15, attempt));
    expect(rulesRaised()).toEqual(['credential-stuffing', 'credential-stuffing']);
  });

  test('TR-03161-3 O.Org_3: password spraying: one password at many accounts from everywhere', async () => {
    const mark = 'c0de';
    const spread = (index: number) => refused({ network: `198.51.${String(index)}.1`, mark });
    await see(node(), times(10, spread));
    expect(rulesRaised()).toEqual(['password-spraying']);
  });

  test('TR-03161-3 O.Org_3: honest mistakes raise nothing: one account again and again, and many logins', async () => {
    const own = refused({ subject: 'mine' });
    await see(
      node(),
      times(40, () => own),
    );
    await see(
      node(),
      times(100, (index) => login({ agent: `Patient/${String(index)}` })),
    );
    expect(raised).toEqual([]);
  });

  test('TR-03161-3 O.Org_3: a token that was used twice is an alarm at once, and one only', async () => {
    const replay = {
      type: '110113',
      subtype: '110132',
      outcome: 'serious',
      description: 'A refresh token or code was used twice; its grant is revoked',
      clientId: 'app',
    } as const;
    await see(node(), [replay, replay]);
    await see(node(), [{ ...replay, clientId: 'other' }]);
    expect(rulesRaised()).toEqual(['token-replay', 'token-replay']);
  });

  test('a client that fails to authenticate ten times; others that fail less often are nothing', async () => {
    const failure = (clientId: string): ObservedEvent => ({
      type: '110114',
      subtype: '110126',
      outcome: 'minor',
      description: 'Client authentication refused',
      clientId,
    });
    await see(node(), [
      ...times(9, () => failure('one')),
      ...times(9, (index) => failure(`c${String(index)}`)),
    ]);
    expect(raised).toEqual([]);
    await see(node(), [failure('one'), failure('one')]);
    expect(rulesRaised()).toEqual(['client-authentication-failures']);
  });

  test('one account from four networks within an hour; the same networks by four accounts are nothing', async () => {
    const from = (agent: string) => (index: number) =>
      login({ agent, network: `198.51.${String(index)}.1` });
    for (const index of [0, 1, 2, 3]) await see(node(), [from(`Patient/${String(index)}`)(index)]);
    await see(node(), times(3, from('Patient/9')));
    expect(raised).toEqual([]);
    await see(node(), [from('Patient/9')(3)]);
    expect(rulesRaised()).toEqual(['network-change']);
  });

  test('a flood of failures and of registrations, by what is configured', async () => {
    const rules = {
      'login-failure-anomaly': { threshold: 5, windowSeconds: 60 },
      'registration-flood': { threshold: 3 },
      'credential-stuffing': { enabled: false },
    };
    const watch = node({ rules });
    const registered = {
      type: '110113',
      subtype: '110137',
      outcome: 'success',
      description: 'Account registered',
    } as const;
    await see(
      watch,
      times(4, () => refused()),
    );
    now += 61_000;
    await see(
      watch,
      times(4, () => refused()),
    );
    expect(raised).toEqual([]);
    await see(watch, [refused(), registered, registered, registered]);
    expect(rulesRaised()).toEqual(['login-failure-anomaly', 'registration-flood']);
  });

  test('administrators: a login outside of the hours, and a change of what protects them', async () => {
    const watch = node({ adminHours: { from: '07:00', to: '19:00' } });
    await see(watch, [login({ admin: true, agent: 'Practitioner/1' })]);
    expect(raised).toEqual([]);
    now = Date.parse('2026-11-18T20:00:00Z');
    await see(watch, [login({ admin: true, agent: 'Practitioner/1' }), login()]);
    const changed = { type: '110113', subtype: '110137', outcome: 'success' } as const;
    await see(watch, [
      { ...changed, description: 'Factor added', agent: 'Practitioner/1', admin: true },
      { ...changed, description: 'Factor added', agent: 'Patient/1' },
    ]);
    expect(rulesRaised()).toEqual(['admin-login-outside-hours', 'admin-protection-change']);
  });

  test('TR-03161-3 O.Org_4: what is serious and has no rule is for a person to look at', async () => {
    const odd = {
      type: '110113',
      subtype: '110129',
      outcome: 'serious',
      description: 'Keys',
    } as const;
    await see(node(), [odd, odd]);
    expect(rulesRaised()).toEqual(['manual-review']);
  });

  test('a flood fills no table, nothing readable is kept, and the sweep leaves nothing', async () => {
    await see(
      node({ rules: { 'credential-stuffing': { threshold: 5 } } }),
      times(50, () => refused({ mark: 'beef' })),
    );
    const rows = await database.query<{ rule: string; text: string }>({
      text: "SELECT rule, encode(key || item, 'escape') AS text FROM alarm_count",
    });
    expect(rows.filter(({ rule }) => rule === 'credential-stuffing')).toHaveLength(5);
    expect(JSON.stringify(rows)).not.toMatch(/203\.0\.113|beef/);
    now += 25 * HOUR;
    await sweepExpired(database, clock);
    const left = await database.query({
      text: 'SELECT rule FROM alarm_count UNION ALL SELECT rule FROM alarm_raised',
    });
    expect(left).toEqual([]);
  });

  test('without a database the event still goes its way, and the log says what is missing', async () => {
    await see(node({}, true), [refused()]);
    expect(raised).toEqual([]);
    expect(logged.join()).toContain('auth.alarms.failed');
  });
});
