import type { Design, Question } from './design.ts';
import { openPool, type PlanMode } from './database.ts';
import { type Latency, measure, seededRandom } from './measure.ts';
import { QUESTIONS, type QuestionSource } from './questions.ts';

/** One search of one design under one load. */
export interface ReadResult {
  readonly question: string;
  readonly mode: PlanMode;
  readonly connections: number;
  readonly latency: Latency | { readonly error: string };
}

/** Every question, with 1 and 8 connections, with cached and with custom plans. */
export async function measureReads(
  url: string,
  design: Design,
  source: Omit<QuestionSource, 'random'>,
  milliseconds: number,
): Promise<ReadResult[]> {
  const results: ReadResult[] = [];
  for (const mode of ['auto', 'force_custom_plan'] as const) {
    for (const connections of [1, 8]) {
      const pool = openPool(url, connections, mode);
      for (const [index, kind] of QUESTIONS.entries()) {
        const random = seededRandom(1000 + index);
        const work = async (): Promise<void> => {
          const question: Question = kind.draw({ ...source, random });
          await pool.query({ name: `q${index}`, ...asQuery(design.ask(question)) });
        };
        const latency = await measure(connections, { milliseconds, runs: 400 }, work).catch(
          (error: unknown) => ({
            error: error instanceof Object && 'message' in error ? String(error.message) : 'error',
          }),
        );
        results.push({ question: kind.name, mode, connections, latency });
      }
      await pool.end();
    }
  }
  return results;
}

/** What the driver takes: a statement with a values array of its own. */
export function asQuery(statement: {
  readonly text: string;
  readonly values: readonly unknown[];
}): {
  text: string;
  values: unknown[];
} {
  return { text: statement.text, values: [...statement.values] };
}

/** The plan of one drawn question. */
export async function explain(
  url: string,
  design: Design,
  source: Omit<QuestionSource, 'random'>,
  index: number,
  mode: PlanMode,
): Promise<string> {
  const kind = QUESTIONS[index];
  if (kind === undefined) throw new TypeError(`There is no question ${index}.`);
  const pool = openPool(url, 1, mode);
  const statement = asQuery(
    design.ask(kind.draw({ ...source, random: seededRandom(1000 + index) })),
  );
  const result = await pool.query<{ 'QUERY PLAN': string }>({
    ...statement,
    text: `explain (analyze, buffers) ${statement.text}`,
  });
  await pool.end();
  return result.rows.map((row) => row['QUERY PLAN']).join('\n');
}
