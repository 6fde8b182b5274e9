/**
 * A server process for the tests to kill: starts the embedded PostgreSQL in the folder given, prints one line of JSON and
 * stops when its standard input closes.
 */
import { once } from 'node:events';
import { pino } from 'pino';
import { startEmbeddedPostgres } from '../../../src/postgres/embedded.ts';

const [dataDirectory = ''] = process.argv.slice(2);
const log = pino({ level: 'silent' });
try {
  const postgres = await startEmbeddedPostgres({ dataDirectory, log });
  process.stdout.write(`${JSON.stringify({ urls: postgres.urls })}\n`);
  process.stdin.resume();
  await once(process.stdin, 'end');
  await postgres.close();
} catch (error) {
  process.stdout.write(
    `${JSON.stringify({ code: (error as { code?: string }).code, text: String(error) })}\n`,
  );
  process.exitCode = 1;
}
