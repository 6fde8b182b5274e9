import { openPool } from './database.ts';

/** Bytes per resource of each table (with TOAST) and index of a design. */
export async function measureSizes(
  url: string,
  tables: readonly string[],
  resources: number,
): Promise<Record<string, number>> {
  const pool = openPool(url, 1);
  const result = await pool.query<{ name: string; bytes: string }>(
    `select c.relname as name, pg_table_size(c.oid) as bytes from pg_class c where c.relname = any($1) and c.relkind = 'r'
     union all
     select i.relname, pg_relation_size(i.oid) from pg_index x join pg_class t on t.oid = x.indrelid
     join pg_class i on i.oid = x.indexrelid where t.relname = any($1)`,
    [tables],
  );
  await pool.end();
  return Object.fromEntries(result.rows.map((row) => [row.name, Number(row.bytes) / resources]));
}
