// Loads FHIR resources from files into a running server: npm run load -- examples/
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isNativeError } from 'node:util/types';
import type { JWK } from 'jose';
import { requestToken } from '../plugins/auth/clients/request-token.ts';
import { sandboxClientId, sandboxKeyFile } from '../plugins/auth/clients/sandbox-clients.ts';
import { systemClock } from '../src/clock.ts';
import { loadConfig } from '../src/config/load.ts';
import { processSources } from '../src/config/process-sources.ts';
import { openConnection } from './load/connection.ts';
import { loadPaths } from './load/load-paths.ts';
import { type LoadOptions, readOptions } from './load/options.ts';
import { progressLine } from './load/progress.ts';
import { reportText } from './load/report.ts';

/** Batches under way at the same time: enough to keep a small server busy, too few to shut others out. */
const PARALLEL = 2;

/** Gets tokens as `npm run token` does. */
function sandboxToken(
  options: LoadOptions,
  base: string,
  dataDirectory: string,
): () => Promise<string> {
  const folder = options.keys ?? join(dataDirectory, 'plugins', 'auth');
  return async () => {
    const file = join(folder, sandboxKeyFile(options.role));
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new TypeError(
        `There are no sandbox keys in ${folder}. Name their folder with --keys, or give a --token.`,
        {
          cause,
        },
      );
    });
    return requestToken(
      new URL(base).origin,
      sandboxClientId(options.role),
      JSON.parse(text) as JWK,
      systemClock,
    );
  };
}

async function main(): Promise<boolean> {
  const options = readOptions(process.argv.slice(2));
  const config = loadConfig(processSources([]));
  const base = options.url ?? `http://127.0.0.1:${config.http.port}/fhir/R4`;
  const { token } = options;
  const post = openConnection(
    base,
    token === undefined
      ? sandboxToken(options, base, config.dataDirectory)
      : () => Promise.resolve(token),
  );
  const line = progressLine(process.stderr, () => performance.now());
  const started = performance.now();
  const limits = { batch: options.batch, parallel: PARALLEL };
  const report = await loadPaths(options.paths, post, limits, (state) => {
    line.show(state);
  });
  line.clear();
  process.stdout.write(reportText(report, (performance.now() - started) / 1000, process.cwd()));
  return report.refused.length === 0 || options.tolerate;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
