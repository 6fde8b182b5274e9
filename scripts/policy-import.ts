// Says what AccessPolicies of a stock Medplum server mean here: npm run policy:import -- policies.json
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import {
  checkStockResources,
  type CheckedResource,
} from '../src/access/stock/check-stock-resources.ts';
import { loadConfig } from '../src/config/load.ts';
import { processSources } from '../src/config/process-sources.ts';
import { loadDefinitions } from '../src/definitions/load.ts';

const USAGE = `Usage: npm run policy:import -- FILE…
Reads AccessPolicies and ProjectMemberships (JSON: a resource, a list, a Bundle) and says of each part what holds here, what
differs and what is refused. Nothing is stored. Exit code 0: all can be stored; 1: something is refused; 2: not read.`;

const MARKS = { holds: '  ', differs: '≠ ', refused: '✗ ' } as const;

async function main(): Promise<number> {
  const files = process.argv.slice(2);
  if (files.length === 0) throw new TypeError(USAGE);
  const config = loadConfig(processSources([]));
  const definitions = await loadDefinitions({
    cacheDirectory: join(config.dataDirectory, 'cache'),
    log: { info: () => undefined, warn: () => undefined },
  });
  const checked: CheckedResource[] = [];
  for (const file of files) {
    const content = JSON.parse(await readFile(file, 'utf8')) as unknown;
    const found = checkStockResources(definitions, content);
    if (found.length === 0) throw new TypeError(`${file} holds no AccessPolicy and no membership`);
    checked.push(...found);
  }
  for (const { name, findings } of checked) {
    process.stdout.write(`${name}\n`);
    for (const { level, path, text } of findings) {
      process.stdout.write(`${MARKS[level]}${path === undefined ? '' : `${path}: `}${text}\n`);
    }
  }
  const count = (level: keyof typeof MARKS): number =>
    checked.flatMap(({ findings }) => findings).filter((one) => one.level === level).length;
  const refused = count('refused');
  process.stdout.write(
    `${count('holds')} hold, ${count('differs')} differ (≠), ${refused} refused (✗)\n`,
  );
  return refused === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
