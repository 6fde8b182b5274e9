// `npm test`: all suites with the packaged Node, then one line of numbers that CI reads. Arguments go to Jest.
// Plain JavaScript, because it runs on whatever Node started npm.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = await mkdtemp(join(tmpdir(), 'diga-test-'));
const report = join(folder, 'report.json');
try {
  const jest = spawn(
    process.execPath,
    [
      join(root, 'scripts/node24.mjs'),
      join(root, 'scripts/test-run.ts'),
      '--json',
      `--outputFile=${report}`,
      ...process.argv.slice(2),
    ],
    { cwd: root, stdio: 'inherit' },
  );
  const [code] = await once(jest, 'exit');
  process.exitCode = summarise(JSON.parse(await readFile(report, 'utf8')), code);
} catch (error) {
  console.error(`There is no report of Jest: ${error.message}`);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Prints the skipped tests and the numbers; gives the exit code. */
function summarise(results, code) {
  for (const suite of results.testResults) {
    for (const test of suite.assertionResults) {
      if (test.status === 'pending') console.log(`skipped: ${test.fullName}`);
    }
  }
  if (process.env.CI === 'true') printSlowest(results.testResults);
  // A suite that does not load has no tests, and must count all the same.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  console.log(`${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 && code === 0 ? 0 : 1;
}

/** Prints the suites that cost most. */
function printSlowest(suites) {
  const timed = suites.map(({ name, startTime, endTime }) => ({
    name: relative(root, name),
    seconds: (endTime - startTime) / 1000,
  }));
  for (const { name, seconds } of timed.sort((a, b) => b.seconds - a.seconds).slice(0, 15)) {
    console.log(`slow: ${seconds.toFixed(1).padStart(6)} s ${name}`);
  }
}
