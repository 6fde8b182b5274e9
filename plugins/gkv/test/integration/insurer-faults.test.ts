import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {} from '../support/databases.ts';
import { type Ground, ground } from '../support/ground.ts';
import { pendingCode, valuesOf } from '../support/parameters.ts';
import { until } from '../support/until.ts';

jest.setTimeout(120_000);

describe('insurers that misbehave during verification', () => {
  let on: Ground;
  beforeAll(async () => {
    on = await ground();
  }, 180_000);
  afterAll(() => on.close(), 30_000);

  test.each([
    ['fail', 'GKV_INSURER_FAULT', {}],
    ['http-500', 'GKV_INSURER_UNREACHABLE', {}],
    ['http-500', 'GKV_INSURER_UNREACHABLE', { processed: true }],
    ['no-body', 'GKV_INSURER_UNREACHABLE', {}],
    ['hang', 'GKV_INSURER_TIMEOUT', {}],
    ['hang', 'GKV_INSURER_TIMEOUT', { processed: true }],
    ['slow', 'GKV_INSURER_TIMEOUT', { delayMs: 6_000 }],
    ['garbage', 'GKV_ANSWER_UNREADABLE', {}],
    ['wrong-recipient', 'GKV_ANSWER_UNREADABLE', {}],
    ['wrong-key', 'GKV_ANSWER_UNTRUSTED', {}],
  ])(
    '[R-185] [R-192] %s: the answer is pending with %s, and the activation comes about by itself (%j)',
    async (kind, expected, more) => {
      const patient = `Patient/fault-${kind}-${'processed' in more}`;
      const code = await on.insurers.code();
      // A repetition of an earlier case that is still on its way would meet this fault instead.
      await until('no repetition is left', () => on.server.idle());
      await on.insurers.fault(kind, { count: 1, ...more });
      const answer = await on.server.redeem(patient, code);
      expect({
        status: answer.status,
        code: pendingCode(answer),
        state: valuesOf(answer)['status'],
      }).toEqual({
        status: 202,
        code: expected,
        state: 'pending',
      });
      await until(
        'the entitlement',
        async () => (await on.server.redeem(patient, code)).status === 200,
      );
    },
  );

  test('whoever does not want to wait is told that it goes on', async () => {
    const hasty = await on.start({
      timeouts: { connectMs: 1_000, totalMs: 5_000, answerMs: 300 },
    });
    try {
      const code = await on.insurers.code();
      await on.insurers.fault('slow', { count: 1, delayMs: 1_500 });
      const answer = await hasty.redeem('Patient/hasty', code);
      expect({ status: answer.status, code: pendingCode(answer) }).toEqual({
        status: 202,
        code: 'GKV_INSURER_SLOW',
      });
      expect(answer.headers).toEqual({ 'Retry-After': '5' });
      await until(
        'the entitlement',
        async () => (await hasty.redeem('Patient/hasty', code)).status === 200,
      );
    } finally {
      await hasty.close();
    }
  });

  test('a forged answer is a security matter in the log and opens nothing; its bytes are kept', async () => {
    const code = await on.insurers.code();
    await on.insurers.fault('wrong-key', { count: 1 });
    await on.server.redeem('Patient/forged', code);
    const [row] = await on.server.billing.query<{ failure: string; kept: boolean }>({
      text: `select failure, cms_sealed is not null as kept from gkv_exchange
        where direction = 'RESPONSE' and processing_mark = 'fehlerhaft' and verfahren = 'EDFC0' order by id desc limit 1`,
    });
    expect(row).toEqual({ failure: 'CHAIN_UNTRUSTED', kept: true });
    expect(
      on.server.logged.some(
        (line) => line.includes('CHAIN_UNTRUSTED') && line.includes('"level":50'),
      ),
    ).toBe(true);
  });

  test('after the last pause a person takes over, and the same call begins anew', async () => {
    // On databases of its own: the other server would take the repetitions, with its own pauses.
    const alone = await ground({ retryMs: [100] });
    const impatient = alone.server;
    try {
      const code = await alone.insurers.code();
      await alone.insurers.fault('http-500', { count: 2 });
      expect((await impatient.redeem('Patient/manual', code)).status).toBe(202);
      await until('a person', async () => {
        const rows = await impatient.billing.query({
          text: `select from gkv_activation where state = 'MANUAL'`,
        });
        return rows.length === 1;
      });
      await until(
        'the entitlement',
        async () => (await impatient.redeem('Patient/manual', code)).status === 200,
      );
    } finally {
      await alone.close();
    }
  });

  test('a clinical store that is down delays the entitlement, no more', async () => {
    const code = await on.insurers.code();
    on.server.failRepository = true;
    await on.server.redeem('Patient/down', code).catch(() => undefined);
    on.server.failRepository = false;
    await until(
      'the entitlement',
      async () => (await on.server.redeem('Patient/down', code)).status === 200,
    );
  });
});
