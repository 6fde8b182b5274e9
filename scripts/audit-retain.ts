// Removes what the audit ledger need not keep any longer: npm run audit:retain -- --url OWNER_URL [--dry-run]
import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import { retentionDocument } from '../src/audit/retention/document.ts';
import { retirePeriods } from '../src/audit/seal/retire.ts';
import { systemClock } from '../src/clock.ts';
import { loadConfig } from '../src/config/load.ts';
import { processSources } from '../src/config/process-sources.ts';
import { openOwner } from './audit-owner.ts';

const USAGE = `Usage: npm run audit:retain -- --url postgresql://OWNER@… [--dry-run]
       npm run -s audit:retain -- --classes
  --keys FILE   key set that signs the deletion record; audit.keys of the configuration unless given
  --dry-run     says what would be removed
  --classes     prints for how long what is kept, as it is configured (audit.retention), in Markdown`;

const listed = (classes: Readonly<Record<string, number>>): string =>
  Object.entries(classes)
    .map(([name, rows]) => `${name} ${String(rows)}`)
    .join(', ');

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      keys: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      classes: { type: 'boolean', default: false },
    },
  });
  const config = loadConfig(processSources([]));
  const rules = config.audit.retention;
  if (values.classes) {
    process.stdout.write(retentionDocument(rules));
    return;
  }
  if (values.url === undefined) throw new TypeError(USAGE);
  const dryRun = values['dry-run'];
  const { close, ...owner } = await openOwner(values.url, values.keys, config);
  try {
    const retired = await retirePeriods({ ...owner, now: systemClock.now(), rules, dryRun });
    const what = dryRun ? 'to be removed' : 'removed';
    for (const period of retired) {
      const { partition, count, kept, recordedFrom, recordedTo } = period;
      const removed = `${String(count)} rows ${what} (${listed(period.removedByClass)})`;
      const stay = kept === 0 ? '' : `, ${String(kept)} stay (${listed(period.keptByClass)})`;
      process.stdout.write(`${partition}, ${recordedFrom} to ${recordedTo}: ${removed}${stay}\n`);
    }
    process.stdout.write(`${String(retired.length)} periods\n`);
  } finally {
    await close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
