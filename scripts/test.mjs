// `npm test`: all suites with the packaged Node, then one line of numbers that CI reads. Arguments go to Jest.
// Suites measure real processes with real clocks, and two run at once. One that failed runs again, alone: what fails twice
// has failed; what passes alone is printed as unsteady, so that nobody takes it for sound.
// Plain JavaScript, because it runs on whatever Node started npm.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = await mkdtemp(join(tmpdir(), 'diga-test-'));
/** More failed suites than these are no accident of timing. */
const MOST_REPEATED = 8;
try {
  const first = await run(process.argv.slice(2));
  const failed = first.results.testResults.filter(({ status }) => status === 'failed');
  const repeatable = failed.length > 0 && failed.length <= MOST_REPEATED;
  process.exitCode = summarise(repeatable ? await repeat(first, failed) : first);
} catch (error) {
  console.error(`There is no report of Jest: ${error.message}`);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Runs Jest; gives its report and its exit code. */
async function run(args) {
  const report = join(folder, 'report.json');
  await rm(report, { force: true });
  const jest = spawn(
    process.execPath,
    [
      join(root, 'scripts/node24.mjs'),
      join(root, 'scripts/test-run.ts'),
      '--json',
      `--outputFile=${report}`,
      ...args,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  const [code] = await once(jest, 'exit');
  return { results: JSON.parse(await readFile(report, 'utf8')), code };
}

/** Runs the failed suites once more, one after another; gives the reports as one. */
async function repeat(first, failed) {
  const names = failed.map(({ name }) => name);
  const second = await run(['--runInBand', '--runTestsByPath', ...names]);
  const passed = new Set();
  for (const { assertionResults } of second.results.testResults)
    for (const { fullName, status } of assertionResults)
      if (status === 'passed') passed.add(fullName);
  for (const { name, assertionResults, message } of failed) {
    if (assertionResults.length === 0) console.log(`unsteady: ${relative(root, name)} ${message}`);
    for (const { fullName, status } of assertionResults)
      if (status === 'failed' && passed.has(fullName)) console.log(`unsteady: ${fullName}`);
  }
  const others = first.results.testResults.filter((suite) => !failed.includes(suite));
  const testResults = [...others, ...second.results.testResults];
  const count = (wanted) =>
    testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === wanted).length;
  return {
    results: {
      testResults,
      numPassedTests: count('passed'),
      numFailedTests: count('failed'),
      numPendingTests: count('pending'),
      numTodoTests: count('todo'),
      numRuntimeErrorTestSuites: second.results.numRuntimeErrorTestSuites,
    },
    code: second.code,
  };
}

/** Prints the skipped tests and the numbers; gives the exit code. */
function summarise({ results, code }) {
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
