// Measures the server against the raw limit of the same machine: npm run bench -- --quick
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { isNativeError } from 'node:util/types';
import { costsMarkdown, costsOf, opposed } from './bench/compare.ts';
import { deepPageWorkload } from './bench/deep-page.ts';
import { type ExportFigures, measureExport } from './bench/export.ts';
import { diskUse } from './bench/disk.ts';
import { openTarget } from './bench/drive.ts';
import { growthMarkdown, type GrowthStep, measureGrowth } from './bench/growth.ts';
import { type LoadedData, loadData } from './bench/load-data.ts';
import {
  type LoginStorm,
  loginStormMarkdown,
  measureLoginStorm,
  STORM_ADDRESS_HEADER,
} from './bench/login-storm.ts';
import { type Load, type Measured, measure, type Side } from './bench/measure.ts';
import { type BenchOptions, readOptions } from './bench/options.ts';
import { openOwnServer, type OwnServer } from './bench/own-server.ts';
import { readWorkloads } from './bench/read-workloads.ts';
import { type BenchResult, markdown } from './bench/report.ts';
import type { Identity, Workload } from './bench/workload.ts';
import { writeWorkloads } from './bench/write-workloads.ts';

const WARM_UP = 1_500;

const started = performance.now();
const say = (text: string): void => {
  process.stderr.write(
    `${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}\n`,
  );
};

/** Runs workloads one after the other: a short warm-up that is thrown away, then the rounds. */
async function run(
  workloads: readonly Workload[],
  load: Load,
  side: (identity: Identity) => Side,
  raw: Side | undefined,
  before: () => Promise<void>,
): Promise<Measured[]> {
  const results: Measured[] = [];
  for (const workload of workloads) {
    say(`${workload.name} as ${workload.identity}`);
    await before();
    await measure(workload, side(workload.identity), raw, {
      ...load,
      rounds: 1,
      milliseconds: Math.min(WARM_UP, load.milliseconds),
    });
    results.push(await measure(workload, side(workload.identity), raw, load));
  }
  return results;
}

function chosen(workloads: readonly Workload[], { only }: BenchOptions): readonly Workload[] {
  return only === undefined ? workloads : workloads.filter(({ name }) => only.test(name));
}

function loadFigures({ resources, milliseconds }: LoadedData): BenchResult['load'] {
  return { resources, perSecond: (resources / milliseconds) * 1000 };
}

async function benchOwn(options: BenchOptions, load: Load): Promise<BenchResult> {
  say('starting the server');
  const own = await openOwnServer(load.connections, options.settings, options.profile);
  try {
    await own.renewTokens();
    const full = own.side('full');
    say(`loading ${options.patients} patients`);
    const data = await loadData(
      full.target,
      own.base,
      options.patients,
      'sandbox-patient',
      () => undefined,
    );
    const disk = await diskUse(own.clinical);
    say(`copying ${disk.resources} resources for the raw app`);
    const raw = await own.startRaw();
    const workloads = [
      ...readWorkloads(own.base, data, 'full', raw.keys),
      ...readWorkloads(own.base, data, 'patient', raw.keys),
      await deepPageWorkload(own.base, full.target),
      ...writeWorkloads(own.base, data, true),
    ];
    const results = await run(
      chosen(workloads, options),
      load,
      (identity) => own.side(identity),
      raw.side,
      () => own.renewTokens(),
    );
    const exported =
      options.only?.test('$export') === false
        ? undefined
        : await exportOf(own, raw.side, options.rounds);
    const memory = own.memory();
    return {
      settings: settingsOf(options, load),
      startMilliseconds: own.startMilliseconds,
      load: loadFigures(data),
      workloads: results,
      disk,
      ...(exported === undefined ? {} : { export: exported }),
      ...(memory === undefined ? {} : { memory }),
    };
  } finally {
    await own.close();
  }
}

const BARE = 'scripts/bench/bare/main.ts';

/** Our server and the same without policy and ledger, in turns. */
async function benchCost(options: BenchOptions, load: Load): Promise<readonly Measured[]> {
  say('starting both servers');
  const own = await openOwnServer(load.connections, options.settings, options.profile);
  const servers = [own];
  try {
    const bare = await openOwnServer(load.connections, options.settings, undefined, BARE);
    servers.push(bare);
    const renew = async (): Promise<void> => {
      for (const server of servers) await server.renewTokens();
    };
    await renew();
    say(`loading ${options.patients} patients twice`);
    const [guarded = [], other = []] = await Promise.all(
      servers.map(async (server) => {
        const { target } = server.side('full');
        const data = await loadData(
          target,
          server.base,
          options.patients,
          'sandbox-patient',
          () => undefined,
        );
        return [
          ...readWorkloads(server.base, data, 'full', undefined),
          ...readWorkloads(server.base, data, 'patient', undefined),
          ...writeWorkloads(server.base, data, false),
        ];
      }),
    );
    const results: Measured[] = [];
    for (const workload of chosen(opposed(guarded, other), options)) {
      // Sealing goes on when a turn has ended: it must neither be left out nor disturb the other side.
      const side = (server: OwnServer): Side => ({
        ...server.side(workload.identity),
        settled: () => server.sealed(),
      });
      results.push(...(await run([workload], load, () => side(own), side(bare), renew)));
    }
    return results;
  } finally {
    for (const server of servers) await server.close();
  }
}

async function benchGrowth(
  options: BenchOptions,
  load: Load,
  sizes: readonly number[],
): Promise<readonly GrowthStep[]> {
  say('starting the server');
  const own = await openOwnServer(load.connections, options.settings, options.profile);
  try {
    return await measureGrowth(own, sizes, load, options.only, say);
  } finally {
    await own.close();
  }
}

async function benchLoginStorm(options: BenchOptions, load: Load): Promise<LoginStorm> {
  say('starting the server');
  const settings = [
    ...options.settings,
    `plugins.auth.clientAddressHeader=${STORM_ADDRESS_HEADER}`,
    `http.clientAddressHeader=${STORM_ADDRESS_HEADER}`,
  ];
  const own = await openOwnServer(load.connections, settings, options.profile);
  try {
    await own.renewTokens();
    const { target } = own.side('full');
    const data = await loadData(
      target,
      own.base,
      options.patients,
      'sandbox-patient',
      () => undefined,
    );
    const reads = readWorkloads(own.base, data, 'full', undefined);
    const read =
      options.only === undefined
        ? reads.find(({ name }) => name === 'read Patient')
        : chosen(reads, options)[0];
    if (read === undefined) throw new TypeError('There is no workload that reads');
    say(`${read.name}, alone and in a storm of sign-ins`);
    return await measureLoginStorm(own, read, load);
  } finally {
    await own.close();
  }
}

async function exportOf(own: OwnServer, raw: Side, rounds: number): Promise<ExportFigures> {
  say('$export');
  await own.renewTokens();
  return measureExport(own.side('full').target, own.base, raw.target, rounds);
}

async function benchOther(
  options: BenchOptions,
  load: Load,
  { origin, pathname }: URL,
): Promise<BenchResult> {
  const { token } = options;
  const base = pathname.replace(/\/+$/, '');
  const target = openTarget(origin, load.connections, () => ({
    accept: 'application/fhir+json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }));
  try {
    say(`loading ${options.patients} patients`);
    const data = await loadData(target, base, options.patients, undefined, () => undefined);
    const workloads = [
      ...readWorkloads(base, data, 'full', undefined),
      await deepPageWorkload(base, target),
      ...writeWorkloads(base, data, false),
    ];
    const side = { target, clocks: {} };
    const results = await run(
      chosen(workloads, options),
      load,
      () => side,
      undefined,
      () => Promise.resolve(),
    );
    return { settings: settingsOf(options, load), load: loadFigures(data), workloads: results };
  } finally {
    await target.close();
  }
}

function settingsOf(
  { patients }: BenchOptions,
  { connections, rounds, milliseconds }: Load,
): BenchResult['settings'] {
  return {
    patients,
    connections,
    rounds,
    'milliseconds a round': milliseconds,
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    Node: process.version,
  };
}

/** What the options ask for: its figures, and the same as Markdown. */
async function chosenRun(
  options: BenchOptions,
  load: Load,
): Promise<{ readonly text: string; readonly result: unknown }> {
  if (options.growth !== undefined) {
    const result = await benchGrowth(options, load, options.growth);
    return { text: growthMarkdown(result), result };
  }
  if (options.loginStorm) {
    const result = await benchLoginStorm(options, load);
    return { text: loginStormMarkdown(result), result };
  }
  if (options.compareAudit) {
    const result = costsOf(await benchCost(options, load));
    return { text: costsMarkdown(result), result };
  }
  const result =
    options.against === undefined
      ? await benchOwn(options, load)
      : await benchOther(options, load, options.against);
  return { text: markdown(result), result };
}

try {
  const options = readOptions(process.argv.slice(2));
  const load: Load = {
    connections: options.connections,
    rounds: options.rounds,
    milliseconds: options.seconds * 1000,
  };
  const { text, result } = await chosenRun(options, load);
  say('done');
  process.stdout.write(`${text}\n`);
  if (options.out !== undefined)
    await writeFile(options.out, `${JSON.stringify(result, undefined, 2)}\n`);
} catch (error) {
  process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
