// Removes what the audit ledger need not keep any longer: npm run audit:retain -- --url OWNER_URL [--dry-run]
import { parseArgs } from 'node:util';
import { readFile } from 'node:fs/promises';
import { isNativeError } from 'node:util/types';
import pg from 'pg';
import { loadCheckpointKey } from '../src/audit/seal/keys.ts';
import { retirePeriods } from '../src/audit/seal/retire.ts';
import { ledgerOrigin } from '../src/audit/seal/sealer.ts';
import { systemClock } from '../src/clock.ts';
import { loadConfig } from '../src/config/load.ts';
import { processSources } from '../src/config/process-sources.ts';

const USAGE = `Usage: npm run audit:retain -- --url postgresql://OWNER@… [--dry-run]
  --keys FILE   key set that signs the deletion record; audit.keys of the configuration unless given
  --days N      days for which rows are kept; audit.retentionDays of the configuration unless given`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      keys: { type: 'string' },
      days: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  if (values.url === undefined) throw new TypeError(USAGE);
  if (values.days !== undefined && !/^[1-9]\d{0,4}$/.test(values.days)) throw new TypeError(USAGE);
  const { audit, dataDirectory } = loadConfig(processSources([]));
  const keys = values.keys === undefined ? audit.keys : await readFile(values.keys, 'utf8');
  const client = new pg.Client({ connectionString: values.url });
  await client.connect();
  try {
    const origin = await ledgerOrigin({
      query: async <Row>({ text, values: given }: { text: string; values?: readonly unknown[] }) =>
        (await client.query(text, given === undefined ? undefined : [...given])).rows as Row[],
    });
    const retired = await retirePeriods({
      connection: { query: (text, given) => client.query(text, given) },
      key: await loadCheckpointKey(keys, dataDirectory),
      origin,
      now: systemClock.now(),
      days: values.days === undefined ? audit.retentionDays : Number(values.days),
      dryRun: values['dry-run'],
    });
    for (const { partition, count, recordedFrom, recordedTo } of retired) {
      process.stdout.write(
        `${partition}: ${String(count)} rows, ${recordedFrom} to ${recordedTo}\n`,
      );
    }
    const what = values['dry-run'] ? 'to be removed' : 'removed';
    process.stdout.write(`${String(retired.length)} periods ${what}\n`);
  } finally {
    await client.end();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
