// Checks the sealed audit ledger offline: npm run audit:verify -- [--url postgresql://… | --export FILE|DIR]
import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import pg from 'pg';
import { readTrust } from '../src/audit/seal/verify/read-trust.ts';
import { readDatabase } from '../src/audit/seal/verify/read-database.ts';
import { readExport } from '../src/audit/seal/verify/read-export.ts';
import { readWitness } from '../src/audit/seal/verify/read-witness.ts';
import { reportText } from '../src/audit/seal/verify/report-text.ts';
import { verifyLedger } from '../src/audit/seal/verify/verify-ledger.ts';
import { loadConfig } from '../src/config/load.ts';
import { processSources } from '../src/config/process-sources.ts';
import { clinicalUrl } from './audit-database.ts';

const USAGE = `Usage: npm run audit:verify -- [--url postgresql://… | --export FILE|DIR]
                            without either, the database of the configuration
  --trust FILE|THUMBPRINT   keys that are trusted: a JSON Web Key Set, or a thumbprint; may be repeated
  --witness FILE|DIR        checkpoints that a witness has kept
  --json                    the report as JSON
Ends with 0 where the ledger is sound, 1 where it is not, 2 where it could not be read.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      export: { type: 'string' },
      trust: { type: 'string', multiple: true, default: [] },
      witness: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { export: path } = values;
  if (values.url !== undefined && path !== undefined) throw new TypeError(USAGE);
  const trusted = await readTrust(values.trust);
  const witness = values.witness === undefined ? [] : await readWitness(values.witness);
  const client =
    path === undefined ? new pg.Client({ connectionString: await urlOf(values.url) }) : undefined;
  await client?.connect();
  try {
    const events = client === undefined ? readExport(path ?? '') : readDatabase(client);
    const report = await verifyLedger(events, { trusted, witness });
    process.stdout.write(
      values.json ? `${JSON.stringify(report, undefined, 2)}\n` : reportText(report, trusted),
    );
    return report.sound ? 0 : 1;
  } finally {
    await client?.end();
  }
}

async function urlOf(given: string | undefined): Promise<string> {
  return given ?? clinicalUrl(loadConfig(processSources([])));
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
