/**
 * Runs Jest beside a PostgreSQL: the one that `TEST_POSTGRES_URL` names, else one at 127.0.0.1:5432 that lets `root` in
 * without a password, else a throwaway one from the npm package, in a folder that goes with it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { startThrowawayPostgres } from './throwaway-postgres.ts';

const ROOT = join(import.meta.dirname, '..');
const LOCAL = 'postgresql://root@127.0.0.1:5432/postgres';

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const given = process.env['TEST_POSTGRES_URL'];
const throwaway =
  given !== undefined || (await answers(LOCAL)) ? undefined : await startThrowawayPostgres();
try {
  const jest = spawn(
    process.execPath,
    [
      '--no-warnings=ExperimentalWarning',
      '--experimental-vm-modules',
      join(ROOT, 'node_modules/jest/bin/jest.js'),
      ...process.argv.slice(2),
    ],
    {
      cwd: ROOT,
      // Standard output would be Jest's report; people read standard error.
      stdio: ['inherit', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ...(throwaway === undefined ? {} : { TEST_POSTGRES_URL: throwaway.url }),
      },
    },
  );
  const [code] = (await once(jest, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  await throwaway?.close();
}
