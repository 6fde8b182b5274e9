import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openConnection } from '../../../scripts/load/connection.ts';
import { findFiles } from '../../../scripts/load/find-files.ts';
import type { ResourceItem } from '../../../scripts/load/item.ts';
import { loadPaths } from '../../../scripts/load/load-paths.ts';
import { readItems } from '../../../scripts/load/read-items.ts';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const PACKAGES = join(import.meta.dirname, '../../../../shared/data/profiles/packages');
const available = existsSync(PACKAGES);
if (!available) console.warn('Skipped: the published FHIR packages are not on this machine.');
const maybe = available ? test : test.skip;

const BARE_REFERENCE = /^400: The reference is neither Type\/id nor #id nor an absolute URI at /;

/** Published packages, and the reasons for which examples of theirs are refused: each is an error of the example. */
const EXPECTED: readonly (readonly [name: string, refused: readonly RegExp[]])[] = [
  [
    'kbv.mio.diga-1.1.0',
    [
      BARE_REFERENCE,
      // A number in quotes; what XML comments became, which JSON does not have.
      /^400: Expected a decimal number at MedicationStatement\.dosage\[\]\.timing\.repeat\.duration$/,
      /^400: Unknown property .*at Patient\.identifier\[\]\.use$/,
    ],
  ],
  ['de.gematik.hddt-1.0.1', []],
  ['hl7.fhir.uv.cgm-1.0.0', []],
  ['de.gematik.isik-basismodul-4.0.0', [BARE_REFERENCE]],
  ['de.gematik.isik-dokumentenaustausch-4.0.0-rc', [BARE_REFERENCE]],
  [
    'de.gematik.isik-medikation-4.0.0',
    // A transaction that is addressed to another server.
    [
      BARE_REFERENCE,
      /^400: The Bundle cannot be processed: a request\.url must be relative to the base of this server/,
    ],
  ],
  ['de.gematik.isik-terminplanung-4.0.0', [BARE_REFERENCE]],
  ['de.gematik.isik-vitalparameter-4.0.0', [BARE_REFERENCE]],
  ['de.basisprofil.r4-1.5.4', [BARE_REFERENCE]],
];

describe(`published examples${available ? '' : ' (skipped: the packages are not on this machine)'}`, () => {
  let server: TestServer | undefined;
  let folder = '';

  beforeAll(async () => {
    if (!available) return;
    server = await startTestServer();
    folder = await mkdtemp(join(tmpdir(), 'examples-'));
  }, 120_000);

  afterAll(async () => {
    await server?.close();
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  for (const [name, reasons] of EXPECTED) {
    maybe(
      `FHIR R4 http#update: the examples of ${name} come back unchanged, or are refused for a named reason`,
      async () => {
        const running = server as TestServer;
        const directory = join(folder, name);
        await mkdir(directory);
        await promisify(execFile)('tar', ['-xzf', join(PACKAGES, `${name}.tgz`), '-C', directory]);
        const post = openConnection(`${running.url}/fhir`, () => Promise.resolve(tokenOf('full')));
        const { refused, created } = await loadPaths(
          [directory],
          post,
          { batch: 50, parallel: 2 },
          () => undefined,
        );

        expect(
          refused.filter(({ reason }) => !reasons.some((known) => known.test(reason))),
        ).toEqual([]);
        const refusedFiles = new Set(refused.map(({ file }) => file));
        const last = new Map<string, ResourceItem>();
        for await (const item of resources(directory)) {
          if (!refusedFiles.has(item.file) && item.id !== undefined)
            last.set(`${item.type}/${item.id}`, item);
        }
        expect(created).toBeGreaterThan(0);
        expect(last.size).toBeGreaterThan(0);
        for (const [reference, { text }] of last) {
          const answer = await running.as('full').get(reference);
          expect({ reference, resource: comparable(answer.text) }).toEqual({
            reference,
            resource: comparable(text),
          });
        }
      },
      120_000,
    );
  }
});

async function* resources(directory: string): AsyncGenerator<ResourceItem> {
  for await (const file of findFiles(directory)) {
    for await (const item of readItems(file)) if (item.kind === 'resource') yield item;
  }
}

/** The tree with numbers as they are written, without what the server sets itself. */
function comparable(text: string): unknown {
  const keepDigits = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' ? { number: context?.source } : value;
  const resource = JSON.parse(text, keepDigits) as { meta?: Record<string, unknown> };
  const { meta: { versionId: _version, lastUpdated: _instant, ...meta } = {}, ...rest } = resource;
  return { ...rest, meta };
}
