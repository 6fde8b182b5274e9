/**
 * `npm run journey`: walks through the running sandbox over HTTP, as an app, a person at the sign-in pages, and an admin
 * would, and says of each step what came of it and how long it took. Exit code 0 only if every step held.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import { requestToken } from '../plugins/auth/clients/request-token.ts';
import { sandboxClientId, sandboxKeyFile } from '../plugins/auth/clients/sandbox-clients.ts';
import { systemClock } from '../src/clock.ts';
import { loadConfig } from '../src/config/load.ts';
import { processSources } from '../src/config/process-sources.ts';
import { insurer } from './journey/insurer.ts';
import { walk } from './journey/step.ts';
import { type Journey, STEPS } from './journey/steps.ts';

const { values } = parseArgs({
  options: {
    /** Where the server is. */
    url: { type: 'string' },
    /** Where the stand-in of the insurers is; the next port unless told. */
    insurers: { type: 'string' },
    /** Folder with the keys of the sandbox's service accounts. */
    keys: { type: 'string' },
  },
});

const config = loadConfig(processSources([]));
const url = new URL(values.url ?? config.http.origin);
const keys = values.keys ?? join(config.dataDirectory, 'plugins', 'auth');
const nextPort = Number(url.port === '' ? 80 : url.port) + 1;

const journey: Journey = {
  url: url.origin,
  now: () => systemClock.now(),
  insurer: insurer(values.insurers ?? `http://127.0.0.1:${String(nextPort)}`),
  async tokenOf(role) {
    const key = JSON.parse(await readFile(join(keys, sandboxKeyFile(role)), 'utf8')) as JWK;
    return requestToken(url.origin, sandboxClientId(role), key, systemClock);
  },
};

const failed = await walk(STEPS, journey, (line) => process.stdout.write(`${line}\n`));
const total = String(STEPS.length);
process.stdout.write(
  failed === 0 ? `\nAll ${total} steps held.\n` : `\n${String(failed)} of ${total} steps failed.\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
