import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Binary, Resource } from '@medplum/fhirtypes';
import { openConnection } from '../../../scripts/load/connection.ts';
import { findFiles } from '../../../scripts/load/find-files.ts';
import type { ResourceItem } from '../../../scripts/load/item.ts';
import { loadPaths } from '../../../scripts/load/load-paths.ts';
import { readItems } from '../../../scripts/load/read-items.ts';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { NO_OFFICIAL_DATA, skipNote } from '../../support/skip-note.ts';

const PROFILES = join(import.meta.dirname, '../../../../shared/data/profiles');
const available = existsSync(PROFILES);
const note = skipNote(available ? undefined : NO_OFFICIAL_DATA);
const maybe = available ? test : test.skip;

const bare = (element: string): string =>
  `400: The reference is neither Type/id nor #id nor an absolute URI at ${element}.reference`;
const FOREIGN =
  '400: The Bundle cannot be processed: a request.url must be relative to the base of this server at Bundle.entry[]';

/** What is refused: file and reason. Each is an error of the example (docs/conformance.md, section Examples). */
type Refused = Readonly<Record<string, string>>;

const PACKAGES: readonly (readonly [name: string, refused: Refused])[] = [
  [
    'kbv.mio.diga-1.1.0',
    {
      'Appointment-846a5feb-840f-4232-8750-6f4cd40f3174.json': bare(
        'Appointment.reasonReference[]',
      ),
      'Device-7d261218-8678-11eb-8dcd-0242ac130003-87.json': bare('Device.definition'),
      'Device-7d261218-8678-11eb-8dcd-0242ac130003.json': bare('Device.definition'),
      'MedicationAdministration-dca58280-3179-11ec-8d3d-0242ac130003.json': bare(
        'MedicationAdministration.reasonReference[]',
      ),
      // A number in quotes.
      'MedicationStatement-dca586cc-3179-11ec-8d3d-0242ac130003.json':
        '400: Expected a decimal number at MedicationStatement.dosage[].timing.repeat.duration',
      // A comment of the XML original, which became a property that FHIR does not have.
      'Patient-dca59b4e-3179-11ec-8d3d-0242ac130003.json':
        '400: Unknown property at Patient.identifier[].use',
    },
  ],
  ['de.gematik.hddt-1.0.1', {}],
  ['hl7.fhir.uv.cgm-1.0.0', {}],
  [
    'de.gematik.isik-basismodul-4.0.0',
    {
      // A topic instead of a search: a server that took it would never tell of anything.
      'Subscription-PatientMergeSubscriptionExample.json':
        '422: The Subscription cannot be served: criteria begins with no resource type at Subscription.criteria',
    },
  ],
  [
    'de.gematik.isik-dokumentenaustausch-4.0.0-rc',
    { 'Encounter-BeispielBesuch.json': bare('Encounter.account[]') },
  ],
  [
    'de.gematik.isik-medikation-4.0.0',
    {
      'Bundle-ExampleISiKMedikationTransaction.json': FOREIGN,
      'Encounter-Fachabteilungskontakt.json': bare('Encounter.account[]'),
      'MedicationAdministration-ExampleISiKMedikationsVerabreichung3.json': bare(
        'MedicationAdministration.medication',
      ),
      'MedicationAdministration-ExampleISiKMedikationsVerabreichung4.json': bare(
        'MedicationAdministration.medication',
      ),
    },
  ],
  ['de.gematik.isik-terminplanung-4.0.0', {}],
  ['de.gematik.isik-vitalparameter-4.0.0', {}],
  ['de.basisprofil.r4-1.5.4', {}],
];

/** Folders of test instances; only those that are meant to be valid. */
const FOLDERS: readonly (readonly [name: string, refused: Refused])[] = [
  [
    'isik/isik3-refv-tests',
    {
      'Appointment-ISiKTerminExample.json': bare('Appointment.slot[]'),
      'Bundle-ExampleISiKMedikationTransaction.json': FOREIGN,
    },
  ],
  ['isik/isik5-refv-tests', {}],
];

describe(`published examples${note}`, () => {
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
  }, 30_000);

  for (const [name, refused] of PACKAGES) {
    maybe(
      `FHIR R4 http#update: the examples of ${name} come back unchanged but ${Object.keys(refused).length} that are wrong`,
      async () => {
        const directory = join(folder, name);
        await mkdir(directory);
        const archive = join(PROFILES, 'packages', `${name}.tgz`);
        await promisify(execFile)('tar', ['-xzf', archive, '-C', directory]);
        await comeBackUnchanged(server as TestServer, [directory], refused);
      },
      120_000,
    );
  }

  for (const [name, refused] of FOLDERS) {
    maybe(
      `FHIR R4 http#update: the valid instances of ${name} come back unchanged but ${Object.keys(refused).length} that are wrong`,
      async () => {
        const directory = join(PROFILES, name);
        const all = await readdir(directory, { recursive: true });
        const valid = all
          .filter((path) => basename(path) === 'valid')
          .map((path) => join(directory, path));
        await comeBackUnchanged(server as TestServer, valid, refused);
      },
      120_000,
    );
  }
});

async function comeBackUnchanged(
  server: TestServer,
  paths: readonly string[],
  expected: Refused,
): Promise<void> {
  const post = openConnection(`${server.url}/fhir`, () => Promise.resolve(tokenOf('full')));
  const report = await loadPaths(paths, post, { batch: 50, parallel: 2 }, () => undefined);
  const refused = report.refused.map(({ file, reason }) => [basename(file), reason] as const);
  expect(Object.fromEntries(refused)).toEqual(expected);

  const last = new Map<string, ResourceItem>();
  for (const path of paths) {
    for await (const item of resources(path)) {
      const wrong = report.refused.some(({ file }) => file === item.file);
      if (!wrong && item.id !== undefined) last.set(`${item.type}/${item.id}`, item);
    }
  }
  expect(last.size).toBeGreaterThan(0);
  for (const [reference, { text }] of last) {
    await storeContext(server, text);
    // As a resource: without it a Binary answers with its content.
    const answer = await server.as('full').get(reference, { accept: 'application/fhir+json' });
    const found = { reference, resource: comparable(answer.text) };
    expect(found).toEqual({ reference, resource: comparable(text) });
  }
}

/** A Binary is shown to whoever may read its context, so that this has to be there. */
async function storeContext(server: TestServer, text: string): Promise<void> {
  const { resourceType, securityContext } = JSON.parse(text) as Resource &
    Pick<Binary, 'securityContext'>;
  const [type, id] = securityContext?.reference?.split('/') ?? [];
  if (resourceType !== 'Binary' || type === undefined) return;
  const full = server.as('full');
  if ((await full.get(`${type}/${String(id)}`)).status === 200) return;
  expect((await full.put(`${type}/${String(id)}`, { resourceType: type, id })).status).toBe(201);
}

async function* resources(path: string): AsyncGenerator<ResourceItem> {
  for await (const file of findFiles(path)) {
    for await (const item of readItems(file)) if (item.kind === 'resource') yield item;
  }
}

/** The tree with numbers as they are written, without what the server sets itself and spaces in content of a Binary. */
function comparable(text: string): unknown {
  const keepDigits = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' ? { number: context?.source } : value;
  const resource = JSON.parse(text, keepDigits) as { meta?: Record<string, unknown> };
  const { meta: { versionId: _version, lastUpdated: _instant, ...meta } = {}, ...rest } = resource;
  const { data } = rest as { readonly data?: unknown };
  return {
    ...rest,
    ...(typeof data === 'string' ? { data: data.replaceAll(/\s/g, '') } : {}),
    meta,
  };
}
