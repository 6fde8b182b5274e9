// Sends malformed requests to a server of its own: npm run fuzz -- --seed 7 --requests 20000
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { residentMemory } from './bench/processor-time.ts';
import { startServerProcess } from './bench/server-process.ts';
import { runFuzz } from './fuzz/run.ts';

const USAGE = `Usage: npm run fuzz -- [options]
  --seed N         which cases (default 1)
  --first N        number of the first case (default 0); with --requests 1 a failure is sent again by itself
  --requests N     how many (default 5000, at most 1000000)
  --connections N  at the same time (default 8, at most 64)
`;

/** Growth of the server's memory that is allowed, in bytes, after a warm-up that loads what is loaded on first use. */
const GROWTH = 100 * 1024 * 1024;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    requests: { type: 'string', default: '5000' },
    connections: { type: 'string', default: '8' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const seed = number('seed', values.seed, 0, 2 ** 31);
const first = number('first', values.first, 0, 1e9);
const requests = number('requests', values.requests, 1, 1_000_000);
const connections = number('connections', values.connections, 1, 64);

const dataDirectory = await mkdtemp(join(tmpdir(), 'fuzz-'));
const server = await startServerProcess(dataDirectory, [], []);
try {
  const run = {
    base: `${server.origin}/fhir`,
    token: () => server.token('full'),
    seed,
    connections,
  };
  const warmUp = Math.min(1000, Math.floor(requests / 3));
  const reports = [await runFuzz({ ...run, first, requests: warmUp })];
  const before = residentMemory(server.pid)?.now ?? 0;
  reports.push(await runFuzz({ ...run, first: first + warmUp, requests: requests - warmUp }));
  await pause(3_000);
  const grown = (residentMemory(server.pid)?.now ?? 0) - before;

  const failures = reports.flatMap((report) => report.failures);
  const statuses = new Map<number, number>();
  for (const report of reports)
    for (const [status, times] of report.statuses)
      statuses.set(status, (statuses.get(status) ?? 0) + times);
  for (const { index, fuzz, reason } of failures.slice(0, 50)) {
    const body = fuzz.body?.toString('utf8').slice(0, 400) ?? '';
    process.stdout.write(
      `case ${String(index)} (${fuzz.family}): ${reason}\n  ${fuzz.method} ${fuzz.target.slice(0, 300)} ${JSON.stringify(fuzz.headers).slice(0, 300)}\n  ${body}\n`,
    );
  }
  const counted = [...statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, times]) => `${String(status)}: ${String(times)}`);
  process.stdout.write(
    `seed ${String(seed)}, ${String(requests)} requests; ${counted.join(', ')}\n` +
      `slowest ${Math.max(...reports.map(({ slowest }) => slowest)).toFixed(0)} ms, memory grew by ${(grown / 1024 / 1024).toFixed(0)} MB\n` +
      `${String(failures.length)} failures\n`,
  );
  if (failures.length > 0 || grown > GROWTH) process.exitCode = 1;
} finally {
  await server.stop();
  await rm(dataDirectory, { recursive: true, force: true });
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  process.stderr.write(
    `--${name}: a whole number from ${String(least)} to ${String(most)}\n${USAGE}`,
  );
  process.exit(2);
}
