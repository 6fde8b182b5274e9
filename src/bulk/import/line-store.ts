import type { SqlClient } from '../../storage/database.ts';

/** A line as it is kept: waiting while it has content, failed without. */
export interface KeptLine {
  readonly input: number;
  readonly line: number;
  readonly key: string | null;
  readonly content: string | null;
  /** JSON text of the OperationOutcome. */
  readonly outcome: string;
}

/** Adds lines that wait or failed. */
export async function keepLines(
  tx: SqlClient,
  job: string,
  lines: readonly KeptLine[],
): Promise<void> {
  if (lines.length === 0) return;
  await tx.query({
    name: 'bulk-line-keep',
    text: `insert into bulk_line (job, input, line, key, content, outcome)
      select $1, * from unnest($2::integer[], $3::bigint[], $4::text[], $5::text[], $6::text[])`,
    values: [
      job,
      lines.map(({ input }) => input),
      lines.map(({ line }) => line),
      lines.map(({ key }) => key),
      lines.map(({ content }) => content),
      lines.map(({ outcome }) => outcome),
    ],
  });
}

/** Removes lines that wait no longer. */
export async function removeLines(
  tx: SqlClient,
  job: string,
  lines: readonly { readonly input: number; readonly line: number }[],
): Promise<void> {
  if (lines.length === 0) return;
  await tx.query({
    name: 'bulk-line-remove',
    text: `delete from bulk_line l using unnest($2::integer[], $3::bigint[]) d (input, line)
      where l.job = $1 and l.input = d.input and l.line = d.line`,
    values: [job, lines.map(({ input }) => input), lines.map(({ line }) => line)],
  });
}

/**
 * Removes waiting lines over whose resource a later line was written: otherwise the older one would come last.
 * @returns the inputs in which they stood
 */
export async function removeOvertaken(
  tx: SqlClient,
  job: string,
  written: readonly { readonly input: number; readonly line: number; readonly key: string }[],
): Promise<readonly number[]> {
  if (written.length === 0) return [];
  const rows = await tx.query<{ input: number }>({
    name: 'bulk-line-overtaken',
    text: `delete from bulk_line l using unnest($2::text[], $3::integer[], $4::bigint[]) w (key, input, line)
      where l.job = $1 and l.content is not null and l.key = w.key and (l.input, l.line) < (w.input, w.line)
      returning l.input`,
    values: [
      job,
      written.map(({ key }) => key),
      written.map(({ input }) => input),
      written.map(({ line }) => line),
    ],
  });
  return rows.map(({ input }) => input);
}

/** The next waiting lines: as many as fit into `bytes`, but at least one. */
export async function waitingLines(
  client: SqlClient,
  job: string,
  after: { readonly input: number; readonly line: number },
  limits: { readonly lines: number; readonly bytes: number },
): Promise<readonly { readonly input: number; readonly line: number; readonly content: string }[]> {
  const rows = await client.query<{ input: number; line: string; content: string }>({
    name: 'bulk-line-waiting',
    text: `select l.input, l.line, l.content from (
        select input, line, sum(octet_length(content)) over (order by input, line) - octet_length(content) as before
        from (select input, line, content from bulk_line
          where job = $1 and content is not null and (input, line) > ($2, $3) order by input, line limit $4) n) f
      join bulk_line l on l.job = $1 and l.input = f.input and l.line = f.line
      where f.before < $5 order by l.input, l.line`,
    values: [job, after.input, after.line, limits.lines, limits.bytes],
  });
  return rows.map(({ input, line, content }) => ({ input, line: Number(line), content }));
}

/** The next outcomes of an input. */
export async function outcomesOf(
  client: SqlClient,
  job: string,
  input: number,
  after: number,
  limit: number,
): Promise<readonly { readonly line: number; readonly outcome: string }[]> {
  const rows = await client.query<{ line: string; outcome: string }>({
    name: 'bulk-line-outcomes',
    text: `select line, outcome from bulk_line
      where job = $1 and input = $2 and line > $3 and content is null order by line limit $4`,
    values: [job, input, after, limit],
  });
  return rows.map(({ line, outcome }) => ({ line: Number(line), outcome }));
}

/** Number of failures of an input that are kept. */
export async function keptFailures(client: SqlClient, job: string, input: number): Promise<number> {
  const [row] = await client.query<{ n: number }>({
    text: 'select count(*)::int as n from bulk_line where job = $1 and input = $2 and content is null',
    values: [job, input],
  });
  return row?.n ?? 0;
}
