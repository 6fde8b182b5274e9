import type { SqlClient } from '../../storage/database.ts';

/** Months for which partitions are made ahead. */
const AHEAD = 3;

/** The key of the random bits in a row's leaf. @throws TypeError where the row is in no period, or its key was destroyed */
export type BlindingOf = (seq: number) => Buffer;

/**
 * Makes the partitions of this month and the next ones where they are not there yet, and lets numbers begin anew where a
 * month has begun. Calling it again, and on several nodes at once, does no harm.
 */
export async function preparePeriods(client: SqlClient): Promise<void> {
  const prepare = { text: 'select audit_prepare_periods($1)', values: [AHEAD] };
  await client.query(prepare);
  // Numbers may not lie in a partition that others do not see yet: those of one that was just made are drawn from now on.
  await client.query(prepare);
}

/** The blinding keys of all periods that still have one. */
export async function readBlinding(client: SqlClient): Promise<BlindingOf> {
  const rows = await client.query<{ first: number; end: number; key: Buffer }>({
    text: `select p.first_seq::float8 as first, p.end_seq::float8 as end, b.key
      from audit_period p join audit_blinding b on b.first_seq = p.first_seq order by p.first_seq desc`,
  });
  return (seq) => {
    const row = rows.find(({ first, end }) => seq >= first && seq < end);
    if (row === undefined) throw new TypeError(`No blinding key for row ${String(seq)}`);
    return row.key;
  };
}
