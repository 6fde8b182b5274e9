/**
 * Compares designs of the search index on one data set.
 * `node scripts/node24.mjs scripts/bench/index-designs.ts [--url postgres://…] [--observations 1000000] [--patients 4000]
 * [--designs A,B] [--seconds 4] [--statistics 1000] [--out results.json] [--explain]`
 */
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { answers } from './index-designs/answers.ts';
import { createDatabase, load, openPool, runAll } from './index-designs/database.ts';
import { CODES, tokenTexts } from './index-designs/dataset.ts';
import { DESIGNS } from './index-designs/designs.ts';
import { QUESTIONS, type QuestionSource } from './index-designs/questions.ts';
import { explain, measureReads } from './index-designs/reads.ts';
import { type DesignResult, markdown } from './index-designs/report.ts';
import { measureSizes } from './index-designs/sizes.ts';
import { prepareSource } from './index-designs/source.ts';
import { measureWrites } from './index-designs/writes.ts';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'postgres://root@127.0.0.1:5432/postgres' },
    observations: { type: 'string', default: '1000000' },
    patients: { type: 'string', default: '4000' },
    designs: { type: 'string', default: DESIGNS.map((design) => design.name).join(',') },
    seconds: { type: 'string', default: '4' },
    statistics: { type: 'string', default: '1000' },
    out: { type: 'string' },
    explain: { type: 'boolean', default: false },
  },
});
const size = {
  observations: Number(options.observations),
  patients: Number(options.patients),
  seed: 42,
};
const milliseconds = Number(options.seconds) * 1000;
const started = performance.now();
const say = (text: string): void => {
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0)} s  ${text}\n`);
};

const database = await createDatabase(options.url);
const results: DesignResult[] = [];
let expected: readonly string[] | undefined;
try {
  say('loading');
  await runAll(database.url, load(size, Number(options.statistics)));
  const source: Omit<QuestionSource, 'random'> = await prepareSource(database.url, size, [
    ...CODES.map(tokenTexts.code),
  ]);
  for (const name of options.designs.split(',')) {
    const design = DESIGNS.find((candidate) => candidate.name === name);
    if (design === undefined) throw new TypeError(`There is no design ${name}.`);
    say(`${design.name}: set-up`);
    await runAll(database.url, design.setup);
    const tables = [design.table, ...design.sideTables];
    await runAll(
      database.url,
      tables.map((table) => `vacuum (analyze) ${table}`),
    );
    const sizes = await measureSizes(database.url, tables, size.observations);
    const given = await answers(database.url, design, source);
    expected ??= given;
    const different = given.findIndex((answer, index) => answer !== expected?.[index]);
    if (different >= 0)
      throw new Error(
        `${design.name} answers "${given[different]}", not "${expected[different]}".`,
      );
    say(`${design.name}: reads`);
    const reads = await measureReads(database.url, design, source, milliseconds / 8);
    if (options.explain)
      for (const [index, kind] of QUESTIONS.entries())
        for (const mode of ['auto', 'force_custom_plan'] as const)
          say(
            `${kind.name} (${mode})\n${await explain(database.url, design, source, index, mode)}`,
          );
    say(`${design.name}: writes`);
    const writes = await measureWrites(database.url, design, size, milliseconds);
    results.push({ design: { name: design.name, title: design.title }, sizes, reads, writes });
    if (options.out !== undefined) writeFileSync(options.out, JSON.stringify(results, null, 1));
    process.stdout.write(`${markdown(results)}\n`);
    await runAll(database.url, [
      ...design.teardown,
      `delete from resource where rid > ${size.observations}`,
      'vacuum resource',
      'truncate audit',
    ]);
  }
} finally {
  const pool = openPool(options.url, 1);
  await pool.end();
  await database.drop();
}
say('done');
