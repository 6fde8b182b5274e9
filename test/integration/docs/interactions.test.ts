import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JWK } from 'jose';
import { requestToken } from '../../../plugins/auth/clients/request-token.ts';
import {
  SANDBOX_ROLES,
  sandboxClientId,
  sandboxKeyFile,
} from '../../../plugins/auth/clients/sandbox-clients.ts';
import { systemClock } from '../../../src/clock.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { type Example, httpExamples } from './http-examples.ts';
import { differences, type Names, resolved } from './shown-values.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Origin in the documents: that of `npm start`. */
const SHOWN_ORIGIN = 'http://localhost:8103';

const pages = await Promise.all(
  globSync(
    'docs/{interactions/*,roles/{admin,auditor,clinician},access-log,audit,audit-ledger,binary,subscriptions,terminology,validation}.md',
    {
      cwd: ROOT,
    },
  )
    .toSorted()
    .map(async (file) => ({
      name: relative('docs', file),
      examples: httpExamples(await readFile(join(ROOT, file), 'utf8')),
    })),
);

let server: TestServer;
const tokens = new Map<string, string>();

beforeAll(async () => {
  // The sandbox as a reader has it, but for the stand-ins, which no interaction needs.
  server = await startTestServer({
    plugins: join(ROOT, 'plugins'),
    settings: ['plugins.gkv.enabled=false', 'fhir.referentialIntegrity=true'],
  });
  for (const role of SANDBOX_ROLES) {
    const file = join(server.config.dataDirectory, 'plugins/auth', sandboxKeyFile(role));
    const key = JSON.parse(await readFile(file, 'utf8')) as JWK;
    tokens.set(role, await requestToken(server.url, sandboxClientId(role), key, systemClock));
  }
  await firstCheckpoint();
}, 120_000);
afterAll(() => server.close(), 30_000);

/** A reader of the documents comes later than the ledger's first seal, which is made within seconds after the start. */
async function firstCheckpoint(): Promise<void> {
  const headers = { authorization: `Bearer ${tokens.get('auditor') ?? ''}` };
  for (;;) {
    const { status } = await fetch(`${server.url}/fhir/R4/$audit-checkpoint`, { headers });
    if (status === 200) return;
    if (status !== 404) throw new Error(`The checkpoint is answered with ${String(status)}`);
    await sleep(100);
  }
}

async function differencesFrom({ request, answer }: Example, names: Names): Promise<string[]> {
  const here = (text: string): string => text.replaceAll(SHOWN_ORIGIN, server.config.http.origin);
  const body = resolved(here(request.body), names);
  const response = await fetch(server.url + resolved(request.target, names), {
    method: request.method,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, resolved(value, names)]),
    ),
    ...(body === '' ? {} : { body }),
  });
  const text = await response.text();
  const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
    differences(here(value), response.headers.get(name) ?? '', names, name),
  );
  const found =
    answer.body === ''
      ? []
      : differences(JSON.parse(here(answer.body)), text === '' ? '' : JSON.parse(text), names);
  const status =
    response.status === answer.status
      ? []
      : [`status: ${String(answer.status)} is ${String(response.status)} ${text.slice(0, 500)}`];
  return [...status, ...headers, ...found];
}

describe.each(pages)('docs/$name', ({ examples }) => {
  const names: Names = new Map();
  beforeAll(() => {
    for (const [role, token] of tokens) names.set(role, token);
  });
  test.each(
    examples.map((example) => ({
      example,
      title: `line ${String(example.line)}: ${example.request.method} ${example.request.target}`,
    })),
  )('$title is answered as shown', async ({ example }) => {
    expect(await differencesFrom(example, names)).toEqual([]);
  });
});
