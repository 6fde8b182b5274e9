import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
import { issueFreischaltcode } from '../../../../lib/gkv/index.ts';
import { type GkvSandbox, startGkvSandbox } from '../../../../sandbox/gkv/index.ts';
import { handler } from '../../bot.ts';

jest.setTimeout(60_000);

const CODE = issueFreischaltcode('SAAAAAAAAAAAAAA');

describe('the steps seal and send, against the stand-in of the insurers', () => {
  let sandbox: GkvSandbox;
  let dataDirectory: string;
  let own: { key: string; cert: string };
  let root: string;
  let stelle: string;
  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'gkv-bot-'));
    // Keys are kept for the run of the machine: making them takes half a minute.
    const shared = join(tmpdir(), 'gkv-test-pki');
    await mkdir(shared, { recursive: true, mode: 0o700 });
    await symlink(shared, join(dataDirectory, 'pki'));
    const clock = { now: () => Date.now() };
    sandbox = await startGkvSandbox({ port: 0, dataDirectory, clock, log: () => undefined });
    await sandbox.ready;
    const { files } = sandbox;
    own = {
      key: await readFile(files.herstellerKey, 'utf8'),
      cert: await readFile(files.herstellerCertificate, 'utf8'),
    };
    root = await readFile(files.trustAnchors, 'utf8');
    stelle = await readFile(join(dataDirectory, 'pki', 'ersatzkasse.crt.pem'), 'utf8');
  }, 180_000);
  afterAll(async () => {
    await sandbox.close();
    await rm(dataDirectory, { recursive: true });
  });

  const run = (input: object): Promise<object> =>
    handler(undefined as unknown as MedplumClient, {
      bot: { reference: 'Bot/gkv-billing' },
      contentType: 'application/fhir+json',
      input,
      secrets: {},
    });
  const invoice = () => ({
    number: 'DG-1',
    issueDate: '2026-11-21',
    seller: {
      ik: sandbox.herstellerIk,
      name: 'Hersteller',
      contact: { name: 'Kontakt', phone: '+49 30 1234', email: 'kontakt@example.org' },
      address: { postCode: '10115', city: 'Berlin', country: 'DE' },
      vatId: 'DE123456789',
    },
    buyer: {
      ik: '109999017',
      name: 'Kasse',
      address: { postCode: '10115', city: 'Berlin', country: 'DE' },
    },
    payee: { ik: sandbox.herstellerIk, name: 'Hersteller' },
    item: { digaVeId: '12345000', freischaltcode: CODE, name: 'DiGA' },
    tagDerLeistungserbringung: '2026-11-21',
    netCents: 20_000,
    vat: { category: 'S', rateBasisPoints: 1900 },
  });
  const send = (cms: string, xml: string, more: object = {}): Promise<object> =>
    run({
      step: 'send',
      cms,
      xml,
      endpoint: `${new URL(sandbox.url).host}/ersatzkasse`,
      ikHersteller: sandbox.herstellerIk,
      ikStelle: '669999017',
      verfahren: 'EDRE0',
      identities: [own],
      trustAnchors: root,
      knownCertificates: stelle,
      allowLoopbackHttp: true,
      tls: {},
      connectMs: 2_000,
      totalMs: 10_000,
      now: Date.now(),
      ...more,
    });
  const prepared = async (): Promise<{ xml: string; cms: string }> => {
    const { xml } = (await run({ step: 'build', invoice: invoice() })) as { xml: string };
    const sealed = await run({
      step: 'seal',
      xml,
      identity: own,
      recipient: stelle,
      now: Date.now(),
    });
    return { xml, cms: (sealed as { cms: string }).cms };
  };

  test('a rejected invoice: decision, rule ids, bytes, and the hash of what was sent; no text of the report', async () => {
    const { xml, cms } = await prepared();
    const output = (await send(cms, xml)) as Record<string, unknown>;
    expect(output).toMatchObject({
      accepted: false,
      recommendation: 'reject',
      documentHash: 'match',
    });
    expect(output['messages']).toEqual([{ step: 'INVER', code: 'INVER-1', level: 'error' }]);
    const report = Buffer.from(String(output['xml']), 'base64').toString();
    expect(report).toContain(
      createHash('sha256').update(Buffer.from(xml, 'base64')).digest('base64'),
    );
    const { xml: _report, cms: _answer, ...outside } = output;
    expect(JSON.stringify(outside)).not.toContain(CODE);
  });

  test.each([
    ['garbage', { failed: 'NOT_CMS', retryable: true }, true],
    ['wrong-key', { failed: 'CHAIN_UNTRUSTED', retryable: true }, true],
    ['wrong-recipient', { failed: 'WRONG_RECIPIENT', retryable: true }, true],
    ['no-body', { failed: 'NO_BODY', retryable: true }, false],
    ['http-500', { failed: 'STATUS', retryable: true }, false],
    ['hang', { failed: 'TOTAL_TIMEOUT', retryable: true }, false],
  ])('%s is the failure %j; what was received is handed on', async (kind, expected, received) => {
    const { xml, cms } = await prepared();
    await fetch(`${sandbox.url}/sandbox/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind, count: 1 }),
    });
    const output = await send(cms, xml, kind === 'hang' ? { totalMs: 500 } : {});
    expect(output).toMatchObject(expected);
    expect('cms' in output).toBe(received);
  });

  test('plain http is for this machine only, and only where it is allowed', async () => {
    const { xml, cms } = await prepared();
    expect(
      await send(cms, xml, { allowLoopbackHttp: false, endpoint: `http://127.0.0.1:1` }),
    ).toEqual({
      failed: 'PLAIN_HTTP_REFUSED',
      retryable: false,
    });
  });
});
