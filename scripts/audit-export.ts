// Writes the sealed audit ledger as NDJSON: npm run -s audit:export -- [--url postgresql://…] [--out FILE]
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import pg from 'pg';
import { EXPORT_FORMAT } from '../src/audit/seal/verify/ledger-event.ts';
import { readDatabase } from '../src/audit/seal/verify/read-database.ts';
import { loadConfig } from '../src/config/load.ts';
import { processSources } from '../src/config/process-sources.ts';
import { clinicalUrl } from './audit-database.ts';

async function* lines(client: pg.Client): AsyncGenerator<string> {
  yield `${JSON.stringify({ kind: 'export', format: EXPORT_FORMAT })}\n`;
  for await (const event of readDatabase(client)) yield `${JSON.stringify(event)}\n`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { url: { type: 'string' }, out: { type: 'string' } } });
  const url = values.url ?? (await clinicalUrl(loadConfig(processSources([]))));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const target =
      values.out === undefined
        ? process.stdout
        : createWriteStream(values.out, { flags: 'wx', mode: 0o600 });
    await pipeline(Readable.from(lines(client)), target, { end: values.out !== undefined });
  } finally {
    await client.end();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
