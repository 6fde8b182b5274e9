import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pino from 'pino';
import type { Database } from '../../../../src/plugin/sdk.ts';
import { kassenverzeichnis } from '../../../../sandbox/gkv/directory/kassenverzeichnis-document.ts';
import { directoryStore } from '../../directory/directory-store.ts';
import { type InsurerDirectory, insurerDirectory } from '../../directory/insurer-directory.ts';
import { createDatabases, openDatabase, type TestDatabases } from '../support/databases.ts';
import { errorCode } from '../support/parameters.ts';
import { type Insurers, startInsurers } from '../support/insurers.ts';

jest.setTimeout(60_000);

const DAY = 86_400_000;

describe('the insurer directory', () => {
  let databases: TestDatabases;
  let insurers: Insurers;
  let billing: Database;
  const complete = Buffer.from(kassenverzeichnis('127.0.0.1:1'));
  let published: { verzeichnis: Buffer; zertifikate: Buffer } | undefined;
  let now = Date.parse('2026-01-01T00:00:00Z');
  const logged: string[] = [];
  let directory: InsurerDirectory;
  let certificates: Buffer;
  beforeAll(async () => {
    databases = await createDatabases();
    insurers = await startInsurers();
    billing = openDatabase('billing', databases.urls.billing);
    certificates = Buffer.from(
      await (await fetch(`${insurers.sandbox.url}/annahme-rsa4096.key`)).arrayBuffer(),
    );
    directory = insurerDirectory({
      store: directoryStore(billing),
      sources: { verzeichnis: { file: 'verzeichnis' }, zertifikate: { file: 'zertifikate' } },
      fetch: async (source) => {
        if (published === undefined) throw new TypeError('the source is away');
        return 'file' in source && source.file === 'zertifikate'
          ? published.zertifikate
          : published.verzeichnis;
      },
      clock: { now: () => now },
      log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
      refreshHours: 24,
    });
  }, 180_000);
  afterAll(async () => {
    await billing.close();
    await insurers.close();
    await databases.drop();
  });
  const events = (event: string): number =>
    logged.filter((line) => line.includes(`"event":"${event}"`)).length;
  const versions = async (): Promise<number> =>
    (await billing.query({ text: 'select from gkv_directory' })).length;

  test('nothing can be asked before there is one', async () => {
    expect(await errorCode(directory.current())).toBe('GKV_DIRECTORY_UNAVAILABLE');
  });

  test('is imported when it is first needed, and an unchanged one is confirmed, not copied', async () => {
    published = { verzeichnis: complete, zertifikate: certificates };
    const { eintraege, certificates: list } = await directory.current();
    expect({ entries: eintraege.length, certificates: list.certificates.length }).toEqual({
      entries: 5,
      certificates: 2,
    });
    await directory.refresh();
    expect(await versions()).toBe(2);
  });

  test('a truncated directory and a certificate list of one do not replace what works', async () => {
    const text = complete.toString();
    const cut = text.slice(
      0,
      text.indexOf('<Krankenkasseninformation', text.indexOf('<Krankenkasseninformation') + 1),
    );
    const first = certificates.toString().split('\n\n')[0] ?? '';
    published = {
      verzeichnis: Buffer.from(`${cut}</Kostentraeger_Mappingverzeichnis>`),
      zertifikate: Buffer.from(first),
    };
    await directory.refresh();
    expect({ shrunk: events('gkv.directory.shrunk'), versions: await versions() }).toEqual({
      shrunk: 2,
      versions: 2,
    });
    published = {
      verzeichnis: Buffer.from('<html>maintenance</html>'),
      zertifikate: Buffer.from('maintenance'),
    };
    const before = events('gkv.directory.failed');
    await directory.refresh();
    expect({ failed: events('gkv.directory.failed') - before, versions: await versions() }).toEqual(
      { failed: 2, versions: 2 },
    );
  });

  test('[R-267] [R-309] 80 days without confirmation: still good; 81: warning; 101: refused; confirmed again: good', async () => {
    published = undefined;
    now += 80 * DAY;
    await directory.current();
    expect(events('gkv.directory.old')).toBe(0);
    now += DAY;
    await directory.current();
    expect(events('gkv.directory.old')).toBe(1);
    now += 20 * DAY;
    expect(await errorCode(directory.current())).toBe('GKV_DIRECTORY_OUTDATED');
    published = { verzeichnis: complete, zertifikate: certificates };
    // The first may only join the one that is under way in the background.
    await directory.refresh();
    await directory.refresh();
    expect((await directory.current()).eintraege).toHaveLength(5);
  });
});
