import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditRow } from '../../../src/audit/audit-row.ts';
import { refusedRequests } from '../../../src/audit/refused-requests.ts';

const MINUTE = 60_000;

function world(): {
  readonly rows: AuditRow[];
  readonly clock: { now: number };
  readonly refused: ReturnType<typeof refusedRequests>;
} {
  const rows: AuditRow[] = [];
  const clock = { now: 0 };
  const ledger = {
    record: (some: readonly AuditRow[]) => Promise.resolve(void rows.push(...some)),
  };
  return { rows, clock, refused: refusedRequests(ledger, () => clock.now) };
}
const from = (network: string, code = 'AUTH_TOKEN_INVALID') => ({ code, network, requestId: 'r' });

test('[R-274] the first refusal is on record at once, the others of the minute in one row', async () => {
  const { rows, clock, refused } = world();
  for (let n = 0; n < 1_000; n += 1) await refused.record(from('198.51.100.7'));
  expect(rows.map(({ detail }) => detail)).toEqual(['AUTH_TOKEN_INVALID']);
  await refused.flush(false);
  expect(rows).toHaveLength(1);
  clock.now += MINUTE;
  await refused.flush(false);
  expect(rows.map(({ detail }) => detail)).toEqual([
    'AUTH_TOKEN_INVALID',
    'AUTH_TOKEN_INVALID: 999 more within a minute',
  ]);
  expect(
    rows.every(({ outcome, securityType }) => outcome === 8 && securityType === '110114'),
  ).toBe(true);
});

test('nothing is lost and the ledger cannot be flooded, whoever sends how many', async () => {
  const request = fc.tuple(fc.nat(300), fc.nat(255), fc.nat(2), fc.nat(2_000));
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 400 }), async (requests) => {
      const { rows, clock, refused } = world();
      for (const [net, host, code, pause] of requests) {
        clock.now += pause;
        await refused.record(
          from(`10.${String(net >> 8)}.${String(net & 255)}.${String(host)}`, `C${String(code)}`),
        );
      }
      await refused.flush(true);
      const counted = rows.reduce((sum, { detail = '' }) => {
        const more = /: (\d+) more/.exec(detail)?.[1];
        return sum + (more === undefined ? 1 : Number(more));
      }, 0);
      expect(counted).toBe(requests.length);
      const kinds = new Set(requests.map(([net, , code]) => `${String(net)} ${String(code)}`)).size;
      const minutes = Math.ceil((clock.now + 1) / MINUTE);
      expect(rows.length).toBeLessThanOrEqual(2 * kinds * minutes);
    }),
    { numRuns: 50 },
  );
});

test('a thousand networks are told apart, the rest is counted together', async () => {
  const { rows, refused } = world();
  for (let n = 0; n < 3_000; n += 1)
    await refused.record(from(`10.${String(n >> 8)}.${String(n & 255)}.1`));
  expect(rows.length).toBeLessThanOrEqual(1_001);
  await refused.flush(true);
  expect(rows.at(-1)?.detail).toMatch(/more within a minute/);
});

test('what could not be recorded is tried again by the next one', async () => {
  let broken = true;
  const rows: AuditRow[] = [];
  const refused = refusedRequests(
    {
      record: (some) =>
        broken ? Promise.reject(new Error('gone')) : Promise.resolve(void rows.push(...some)),
    },
    () => 0,
  );
  await expect(refused.record(from('192.0.2.1'))).rejects.toThrow('gone');
  broken = false;
  await refused.record(from('192.0.2.1'));
  expect(rows).toHaveLength(1);
});
