import { type DatasetSize, tokenTexts } from './dataset.ts';
import { openPool } from './database.ts';
import type { Position } from './design.ts';
import type { QuestionSource } from './questions.ts';

/** Fetches the hashes and page positions the questions need, so that drawing a question asks nothing of the database. */
export async function prepareSource(
  url: string,
  size: DatasetSize,
  codes: readonly string[],
): Promise<Omit<QuestionSource, 'random'>> {
  const pool = openPool(url, 1);
  const texts = [
    ...codes,
    tokenTexts.status('final'),
    tokenTexts.status('amended'),
    ...Array.from({ length: size.patients }, (_, i) => [
      tokenTexts.compartment(i + 1),
      `Patient/p${i + 1}`,
    ]).flat(),
    ...Array.from({ length: size.observations / 10 + 1 }, (_, i) => tokenTexts.identifier(10 * i)),
  ];
  const hashed = await pool.query<{ t: string; h: string }>(
    'select t, h(t) as h from unnest($1::text[]) as t',
    [texts],
  );
  const hashes = new Map(hashed.rows.map((row) => [row.t, row.h]));
  const hash = (text: string): string => {
    const found = hashes.get(text);
    if (found === undefined) throw new TypeError(`No hash was prepared for ${text}.`);
    return found;
  };
  const position = async (n: number, order: string): Promise<Position> => {
    const result = await pool.query<{ rid: string; date: number }>(
      `select rid, date_low as date from resource where chief_code = $1 order by ${order} offset $2 limit 1`,
      [hash(codes[0] ?? ''), 20 * (n - 1) - 1],
    );
    return result.rows[0] ?? { rid: '1', date: 0 };
  };
  const ids = await pool.query<{ id: string }>(
    'select id from resource tablesample bernoulli (0.5) repeatable (1) limit 2000',
  );
  const pages = new Map<number, { byRid: Position; byDate: Position }>();
  for (const n of [100, 1000])
    pages.set(n, {
      byRid: await position(n, 'rid desc'),
      byDate: await position(n, 'date_low desc, rid desc'),
    });
  await pool.end();
  return {
    hash,
    id: (at) => ids.rows[Math.floor(at * ids.rows.length)]?.id ?? '',
    patients: size.patients,
    observations: size.observations,
    page: (n) => pages.get(n) ?? { byRid: { rid: '1', date: 0 }, byDate: { rid: '1', date: 0 } },
  };
}
