// Prints an access token of a sandbox identity: node scripts/node24.mjs scripts/token.ts patient
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

const DEFAULT_URL = 'http://127.0.0.1:8103';
const KEY_FOLDERS = ['.diga/plugins/auth', '.diga/auth'];
const USAGE = `Usage: npm run token -- ${SANDBOX_ROLES.join('|')} [--url ${DEFAULT_URL}] [--keys ${KEY_FOLDERS[0]}]`;

async function main(): Promise<string> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string', default: DEFAULT_URL }, keys: { type: 'string' } },
  });
  const role = SANDBOX_ROLES.find((known) => known === positionals[0]);
  if (role === undefined || positionals.length !== 1) throw new TypeError(USAGE);
  const key = await readKey(role, values.keys === undefined ? KEY_FOLDERS : [values.keys]);
  const issuer = values.url.replace(/\/+$/, '');
  return requestToken(issuer, sandboxClientId(role), key, systemClock);
}

async function readKey(role: SandboxRole, folders: readonly string[]): Promise<JWK> {
  for (const folder of folders) {
    const text = await readFile(join(folder, sandboxKeyFile(role)), 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text) as JWK;
  }
  throw new TypeError(
    `No sandbox keys in ${folders.join(' or ')}. The server makes them at its first start in sandbox mode; name their folder with --keys.`,
  );
}

try {
  process.stdout.write(`${await main()}\n`);
} catch (error) {
  process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
