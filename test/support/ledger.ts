import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Report } from '../../src/audit/seal/verify/finding.ts';
import { readDatabase } from '../../src/audit/seal/verify/read-database.ts';
import { verifyLedger, type VerifyOptions } from '../../src/audit/seal/verify/verify-ledger.ts';

/** Waits until all rows of a ledger are sealed. */
export async function untilSealed(sql: pg.Client): Promise<void> {
  for (let turn = 0; turn < 400; turn += 1) {
    const { rows } = await sql.query<{ left: number }>(
      `select (select count(*) from audit_event)::int
        - (select coalesce(max(first + cardinality(seqs)), 0) from audit_leaves)::int as left`,
    );
    if (rows[0]?.left === 0) return;
    await sleep(50);
  }
  throw new Error('The ledger is not sealed');
}

/** Verifies the ledger of a database. */
export async function verifyDatabase(
  url: string,
  options: Partial<VerifyOptions> = {},
): Promise<Report> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await verifyLedger(readDatabase(client), { trusted: 'any', ...options });
  } finally {
    await client.end();
  }
}
