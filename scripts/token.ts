// Prints an access token of a sandbox identity: npm run token -- patient
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import type { JWK } from 'jose';
import { requestToken } from '../plugins/auth/clients/request-token.ts';
import {
  SANDBOX_ROLES,
  type SandboxRole,
  sandboxClientId,
  sandboxKeyFile,
} from '../plugins/auth/clients/sandbox-clients.ts';
import { systemClock } from '../src/clock.ts';
import { loadConfig } from '../src/config/load.ts';
import { processSources } from '../src/config/process-sources.ts';

const USAGE = `Usage: npm run token -- ${SANDBOX_ROLES.join('|')} [--url http://127.0.0.1:8103] [--keys folder]`;

async function main(): Promise<string> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string' }, keys: { type: 'string' } },
  });
  const role = SANDBOX_ROLES.find((known) => known === positionals[0]);
  if (role === undefined || positionals.length !== 1) throw new TypeError(USAGE);
  const config = loadConfig(processSources([]));
  const key = await readKey(role, values.keys ?? join(config.dataDirectory, 'plugins', 'auth'));
  const url = (values.url ?? `http://127.0.0.1:${config.http.port}`).replace(/\/+$/, '');
  return requestToken(url, sandboxClientId(role), key, systemClock);
}

async function readKey(role: SandboxRole, folder: string): Promise<JWK> {
  const text = await readFile(join(folder, sandboxKeyFile(role)), 'utf8').catch(
    (cause: unknown) => {
      throw new TypeError(
        `There are no sandbox keys in ${folder}. The server makes them at its first start in sandbox mode.`,
        { cause },
      );
    },
  );
  return JSON.parse(text) as JWK;
}

try {
  process.stdout.write(`${await main()}\n`);
} catch (error) {
  process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
