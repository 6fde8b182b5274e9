import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { BotRuntimeOptions } from '../../../src/bots/bot-runtime.ts';
import type { BotRequest } from '../../../src/bots/messages.ts';
import { runtimeOver } from './bot-folder.ts';

jest.setTimeout(60_000);

const secretSource = 'return event.secrets;';
const seen: { request: BotRequest; principal: string }[] = [];
let active = 0;
let mostActive = 0;

const dispatch: BotRuntimeOptions['dispatch'] = async (request, principal) => {
  seen.push({ request, principal });
  if (request.url === '/slow') {
    active += 1;
    mostActive = Math.max(mostActive, active);
    await new Promise((resolve) => setTimeout(resolve, 30));
    active -= 1;
    return { status: 200, headers: {}, body: '' };
  }
  if (request.url === '/throws') throw new Error('content of a patient');
  if (request.method === 'DELETE') return { status: 204, headers: {} };
  if (request.url.endsWith('/denied')) {
    const issue = [{ severity: 'error', code: 'forbidden', details: { text: 'Access denied' } }];
    return json(403, { resourceType: 'OperationOutcome', issue });
  }
  const id = request.url.split('/').at(-1);
  return json(200, { resourceType: 'Patient', id, body: request.body && decode(request.body) });
};
const json = (status: number, body: unknown) => ({
  status,
  headers: { 'content-type': 'application/fhir+json' },
  body: JSON.stringify(body),
});
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

let outside: ReturnType<typeof createServer>;
let setup: Awaited<ReturnType<typeof runtimeOver>>;

beforeAll(async () => {
  outside = createServer((request, response) => {
    if (request.url === '/elsewhere') response.writeHead(302, { location: '/' });
    response.end('outside');
  });
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${String((outside.address() as AddressInfo).port)}`;
  setup = await runtimeOver(
    {
      echo: { handler: 'return { ...event, env: Object.keys(process.env) };' },
      throws: {
        handler: "throw new Error('no good, hush-hush');",
        manifest: { secrets: ['TOKEN'] },
      },
      loops: { handler: 'for (;;);', manifest: { timeoutSeconds: 1 } },
      hangs: { handler: 'await new Promise(() => undefined);', manifest: { timeoutSeconds: 1 } },
      rejects: {
        handler:
          "void Promise.reject(new Error('left alone')); await new Promise(() => undefined);",
      },
      exits: { handler: 'process.exit(0);' },
      hog: {
        handler: 'const all = []; for (;;) all.push(new Array(100_000).fill(all.length));',
        manifest: { memoryMb: 48 },
      },
      reads: { handler: "return medplum.readResource('Patient', 'p1');" },
      writes: {
        handler:
          "const made = await medplum.updateResource({ resourceType: 'Patient', id: 'p2' }); await medplum.deleteResource('Patient', 'p2'); return made;",
      },
      denied: {
        handler:
          "try { await medplum.readResource('Patient', 'denied'); } catch (error: any) { return error.message; }",
      },
      broken: { handler: "return (await fetch('https://diga.example/throws')).status;" },
      secrets: { handler: secretSource, manifest: { secrets: ['TOKEN'] } },
      'no-secrets': { handler: secretSource },
      talks: {
        handler:
          "console.log('one', { two: 2 }); console.error('the token is', event.secrets.TOKEN.valueString); console.warn('x'.repeat(20_000)); process.stdout.write('raw');",
        manifest: { secrets: ['TOKEN'] },
      },
      remembers: {
        handler:
          'const all = globalThis as any; all.count = (all.count ?? 0) + 1; return all.count;',
      },
      slow: { handler: "await fetch('https://diga.example/slow');" },
      reaches: {
        handler: 'return (await fetch(event.input)).text();',
        manifest: { network: [host] },
      },
      huge: { handler: "return 'x'.repeat(6_000_000);" },
      empty: { source: 'export const nothing = 1;' },
      hl7: { handler: "return event.input.getSegment('MSH').getField(9).toString();" },
      forges: {
        source:
          "import { parentPort } from 'node:worker_threads'; export async function handler() { parentPort!.postMessage({ kind: 'request', id: 1, request: { method: 'GET', url: 'https://other.example/', headers: {} } }); parentPort!.postMessage(null); return 'unharmed'; }",
      },
    },
    {
      dispatch,
      concurrency: 3,
      secretsOf: () => ({ TOKEN: 'hush-hush', OTHER: 'not yours' }),
    },
  );
});
afterAll(async () => {
  await setup.close();
  outside.close();
});

const execute: typeof setup.runtime.execute = async (...args) =>
  await setup.runtime.execute(...args);

describe('bot runtime: contract', () => {
  test("the handler gets Medplum's event and an empty environment; its result comes back", async () => {
    const options = { requester: 'Patient/p', traceId: 't-1', contentType: 'application/json' };
    expect(await execute('echo', { a: ['ä', null] }, options)).toEqual({
      bot: { reference: 'Bot/echo' },
      contentType: 'application/json',
      input: { a: ['ä', null] },
      secrets: {},
      traceId: 't-1',
      requester: { reference: 'Patient/p' },
      env: [],
    });
  });

  test('MedplumClient reads through the host, as the bot, without a token', async () => {
    expect(await execute('reads', null, { traceId: 't-2' })).toMatchObject({
      resourceType: 'Patient',
      id: 'p1',
    });
    const entry = seen.find(({ request }) => request.url === '/fhir/R4/Patient/p1');
    expect(entry?.principal).toBe('Bot/reads');
    expect(entry?.request).toMatchObject({ method: 'GET', headers: { 'x-trace-id': 't-2' } });
    expect(entry?.request.headers).not.toHaveProperty('authorization');
  });

  test('MedplumClient writes and deletes', async () => {
    expect(await execute('writes', null)).toMatchObject({
      id: 'p2',
      body: '{"resourceType":"Patient","id":"p2"}',
    });
    expect(seen.at(-1)?.request).toMatchObject({ method: 'DELETE', url: '/fhir/R4/Patient/p2' });
  });

  test('a refusal reaches the bot as its OperationOutcome', async () => {
    expect(await execute('denied', null)).toBe('Access denied');
  });

  test('a failing host answers 500 without content', async () => {
    expect(await execute('broken', null)).toBe(500);
    expect(JSON.stringify(setup.log)).not.toContain('content of a patient');
  });

  test('an HL7 v2 message is handed over parsed', async () => {
    const message = 'MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5';
    expect(await execute('hl7', message, { contentType: 'x-application/hl7-v2+er7' })).toBe(
      'ADT^A01',
    );
  });

  test('a bot gets the secrets its manifest names and no others', async () => {
    expect(await execute('secrets', null)).toEqual({
      TOKEN: { name: 'TOKEN', valueString: 'hush-hush' },
    });
    expect(await execute('no-secrets', null)).toEqual({});
  });

  test('console lines are logged without secrets, bounded; raw output is dropped', async () => {
    await execute('talks', null);
    const lines = setup.log.filter(({ bot, event }) => bot === 'talks' && event === 'bot.console');
    expect(lines.map(({ msg }) => msg).slice(0, 2)).toEqual([
      'one { two: 2 }',
      'the token is [secret TOKEN]',
    ]);
    expect(lines.map(({ msg }) => msg).join('').length).toBeLessThan(11_000);
    expect(lines.at(-1)?.['msg']).toBe('Further output is left out');
    expect(JSON.stringify(setup.log)).not.toMatch(/hush-hush|raw"/);
  });
});

describe('bot runtime: isolation', () => {
  test('nothing of a run is left for the next', async () => {
    expect([await execute('remembers', null), await execute('remembers', null)]).toEqual([1, 1]);
  });

  test.each([
    ['throws', 'a thrown error', /no good, \[secret TOKEN\]/],
    ['rejects', 'a rejection nobody handles', /left alone/],
    ['exits', 'process.exit', /ended with code 0/],
    ['hog', 'the memory limit', /used up its memory/],
    ['huge', 'a result that is too large', /too large/],
    ['empty', 'a missing handler', /no handler/],
  ])('%s: %s becomes BOT_FAILED, its reason is in the log only', async (name, _, reason) => {
    const error = await execute(name, null).then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toMatchObject({ code: 'BOT_FAILED', status: 400 });
    expect(error?.message).not.toMatch(reason);
    const entry = setup.log.findLast(({ bot, event }) => bot === name && event === 'bot.failed');
    expect(entry?.['reason']).toMatch(reason);
  });

  test.each(['loops', 'hangs'])('%s: killed at the time limit', async (name) => {
    const start = performance.now();
    await expect(execute(name, null)).rejects.toMatchObject({ code: 'BOT_TIMEOUT', status: 400 });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test('forged messages of a bot do nothing', async () => {
    const before = seen.length;
    expect(await execute('forges', null)).toBe('unharmed');
    expect(seen.length).toBe(before);
  });

  test('fetch reaches only hosts of the manifest and follows no redirect', async () => {
    const host = `127.0.0.1:${String((outside.address() as AddressInfo).port)}`;
    expect(await execute('reaches', `http://${host}/`)).toBe('outside');
    await expect(execute('reaches', `http://${host}/elsewhere`)).rejects.toMatchObject({
      code: 'BOT_FAILED',
    });
    await expect(execute('reaches', 'http://localhost:1/')).rejects.toMatchObject({
      code: 'BOT_FAILED',
    });
    expect(JSON.stringify(setup.log)).toContain('The bot may not reach localhost:1');
  });
});

describe('bot runtime: load', () => {
  test('20 runs at once: no more than the set number go, the others wait', async () => {
    await Promise.all(Array.from({ length: 20 }, async () => await execute('slow', null)));
    expect(mostActive).toBeGreaterThan(0);
    expect(mostActive).toBeLessThanOrEqual(3);
  });

  test('when too many wait, the next is told to come back', async () => {
    const { runtime, close } = await runtimeOver({ quick: {} }, { concurrency: 1, waiting: 1 });
    const runs = [1, 2, 3].map(async () => await runtime.execute('quick', null));
    const results = await Promise.allSettled(runs);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(results[2]).toMatchObject({
      reason: { code: 'SERVER_BUSY', status: 503, retryAfter: 5 },
    });
    await close();
  });

  test('an aborted caller and a closing server end a run', async () => {
    const { runtime, close } = await runtimeOver({
      hangs: { handler: 'await new Promise(() => undefined);' },
    });
    const controller = new AbortController();
    const aborted = runtime.execute('hangs', null, { signal: controller.signal });
    setTimeout(() => {
      controller.abort();
    }, 300);
    await expect(aborted).rejects.toMatchObject({ code: 'BOT_FAILED' });
    const closed = runtime.execute('hangs', null);
    await Promise.all([expect(closed).rejects.toMatchObject({ code: 'BOT_FAILED' }), close()]);
  });

  test('an unknown bot is BOT_UNKNOWN', async () => {
    await expect(execute('nobody', null)).rejects.toMatchObject({
      code: 'BOT_UNKNOWN',
      status: 404,
    });
  });
});
