import { openPool } from './database.ts';
import type { Design } from './design.ts';
import { seededRandom } from './measure.ts';
import { QUESTIONS, type QuestionSource } from './questions.ts';
import { asQuery } from './reads.ts';

/**
 * The answers of a design to five draws of every question, so that designs can be held against each other: ids where
 * the question fixes the order, numbers of rows where each design has its own default order.
 */
export async function answers(
  url: string,
  design: Design,
  source: Omit<QuestionSource, 'random'>,
): Promise<readonly string[]> {
  const pool = openPool(url, 1, 'force_custom_plan');
  const found: string[] = [];
  for (const [index, kind] of QUESTIONS.entries()) {
    const random = seededRandom(5000 + index);
    for (let i = 0; i < 5; i++) {
      const question = kind.draw({ ...source, random });
      const result = await pool.query<{ id?: string; count?: string }>(
        asQuery(design.ask(question)),
      );
      const ids = result.rows.map((row) => row.id ?? row.count);
      const ordered = question.order === 'date' || ids.length < 2;
      found.push(`${kind.name}: ${ordered ? ids.join(' ') : `${ids.length} rows`}`);
    }
  }
  await pool.end();
  return found;
}
