import { describe, expect, test } from '@jest/globals';
import type { AuditRow } from '../../../src/audit/audit-row.ts';
import { openLedger } from '../../../src/audit/ledger.ts';
import type { SqlClient } from '../../../src/storage/database.ts';

const row: AuditRow = {
  recorded: '2026-11-22T00:00:00Z',
  interaction: 'read',
  outcome: 0,
  requestId: 'r',
};
const rows = (count: number): readonly AuditRow[] => Array<AuditRow>(count).fill(row);

/** A database that takes rows when it is let, and counts them. */
function database(): { client: SqlClient; release: () => void; taken: number[] } {
  const taken: number[] = [];
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const client = {
    async query({ values }: { values: unknown[] }) {
      await gate;
      // A single row goes as scalars.
      taken.push(Array.isArray(values[0]) ? values[0].length : 1);
      return [];
    },
  } as unknown as SqlClient;
  return { client, release, taken };
}

describe('[R-043] rows that wait for the ledger', () => {
  test('an access that concerns very many patients is recorded, as long as nothing else waits', async () => {
    const { client, release, taken } = database();
    release();
    await openLedger(client).record(rows(30_000));
    expect(taken).toEqual([30_000]);
  });

  test('above the limit accesses are refused, and those before are recorded', async () => {
    const { client, release, taken } = database();
    const ledger = openLedger(client);
    const first = ledger.record(rows(1));
    // The first is on its way, so that the others wait.
    await new Promise((resolve) => setImmediate(resolve));
    const waiting = ledger.record(rows(19_999));
    await expect(ledger.record(rows(2))).rejects.toMatchObject({
      code: 'SERVER_AUDIT_UNAVAILABLE',
    });
    release();
    await Promise.all([first, waiting]);
    expect(taken.reduce((sum, count) => sum + count, 0)).toBe(20_000);
  });

  test('rows that the database does not take refuse their own access alone', async () => {
    const client = {
      query({ values }: { values: unknown[] }) {
        const ids = values.flat().filter((value) => value === 'poison');
        return ids.length === 0
          ? Promise.resolve([])
          : Promise.reject(Object.assign(new Error('invalid'), { code: '22021' }));
      },
    } as unknown as SqlClient;
    const ledger = openLedger(client);
    const answers = await Promise.allSettled([
      ledger.record(rows(2)),
      ledger.record([{ ...row, detail: 'poison' }]),
      ledger.record(rows(1)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
