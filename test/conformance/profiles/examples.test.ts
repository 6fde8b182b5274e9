import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_OFFICIAL_DATA, skipNote } from '../../support/skip-note.ts';
import { resourcesOf, sharedFile } from '../validation/tgz.ts';
import { openProfileValidator, type ProfileValidator } from './profile-validator.ts';

type Json = Readonly<Record<string, unknown>>;

const MIO = ['kbv.mio.diga-1.1.0', 'kbv.basis-1.3.0', 'de.basisprofil.r4-1.3.2'];
const ISIK = [
  'de.gematik.isik-basismodul-3.1.1',
  'de.gematik.isik-medikation-3.1.1',
  'de.gematik.isik-terminplanung-3.1.1',
  'de.gematik.isik-vitalparameter-3.1.1',
  'de.gematik.isik-dokumentenaustausch-3.0.3',
  'de.gematik.isik3-dokumentenaustausch-terminology-1.0.0',
  'de.basisprofil.r4-1.4.0',
  'de.ihe-d.terminology-3.0.0',
  'dvmd.kdl.r4-2025.0.1',
];

const mioPackage = sharedFile('packages/kbv.mio.diga-1.1.0.tgz');
const isikFolder = sharedFile('isik/isik3-refv-tests');
const note = (at: string | undefined): string =>
  skipNote(at === undefined ? NO_OFFICIAL_DATA : undefined);

/** Instances of the MIO, by the name of their file. */
function mioInstances(): readonly (readonly [string, Json])[] {
  return resourcesOf(mioPackage ?? '')
    .filter(({ name }) => name.includes('/examples/'))
    .map(({ name, resource }) => [name.replace(/^.*\//, ''), resource as unknown as Json]);
}

/** Refused for their structure; `docs/conformance.md` says which error of the instance it is. */
const MIO_REFUSED = [
  'Appointment-846a5feb-840f-4232-8750-6f4cd40f3174.json',
  'Device-7d261218-8678-11eb-8dcd-0242ac130003-87.json',
  'Device-7d261218-8678-11eb-8dcd-0242ac130003.json',
  'MedicationAdministration-dca58280-3179-11ec-8d3d-0242ac130003.json',
  'MedicationStatement-dca586cc-3179-11ec-8d3d-0242ac130003.json',
  'Patient-dca59b4e-3179-11ec-8d3d-0242ac130003.json',
];

(mioPackage === undefined ? describe.skip : describe)(`MIO DiGA 1.1.0${note(mioPackage)}`, () => {
  let validator: ProfileValidator;
  beforeAll(async () => {
    validator = await openProfileValidator([...MIO, ...ISIK]);
  }, 120_000);
  afterAll(() => validator.close());

  test('[R-098] MIO DiGA 1.1.0: beside the ISiK packages, all published instances conform to their profiles, but for those with errors of structure', async () => {
    const refused: string[] = [];
    const instances = mioInstances();
    for (const [name, resource] of instances) {
      if ((await validator.errors(resource)).length > 0) refused.push(name);
    }
    expect(instances.length).toBe(87);
    expect(refused.sort()).toEqual(MIO_REFUSED);
  }, 300_000);

  /** Changes after which no instance conforms any more, and to which instances each can be done. */
  const MUTATIONS: Readonly<Record<string, (resource: Json) => Json | undefined>> = {
    'an element that no profile allows': (resource) =>
      resource['resourceType'] === 'Questionnaire' ? undefined : { ...resource, language: 'de' },
    'no version in meta': (resource) => {
      const { versionId: _, ...meta } = resource['meta'] as Json;
      return { ...resource, meta };
    },
    'no identifier': ({ identifier, ...resource }) =>
      identifier === undefined ? undefined : resource,
    'a source in meta': (resource) => ({
      ...resource,
      meta: { ...(resource['meta'] as Json), source: 'https://example.org' },
    }),
    'a coding without a version': (resource) => {
      const code = resource['code'] as { readonly coding?: readonly Json[] } | undefined;
      const [first, ...rest] = code?.coding ?? [];
      if (first?.['version'] === undefined) return undefined;
      const { version: _, ...coding } = first;
      return { ...resource, code: { ...code, coding: [coding, ...rest] } };
    },
  };

  test.each(Object.keys(MUTATIONS))(
    'MIO DiGA 1.1.0: %s is found in every instance',
    async (name) => {
      const missed: string[] = [];
      let tried = 0;
      for (const [file, resource] of mioInstances()) {
        if (MIO_REFUSED.includes(file) || resource['resourceType'] === 'Bundle') continue;
        const mutated = MUTATIONS[name]?.(resource);
        if (mutated === undefined) continue;
        tried += 1;
        if ((await validator.errors(mutated)).length === 0) missed.push(file);
      }
      expect(tried).toBeGreaterThan(5);
      expect(missed).toEqual(MISSED[name] ?? []);
    },
    300_000,
  );
});

/** Instances whose profile allows the change. */
const MISSED: Readonly<Record<string, readonly string[]>> = {
  'no identifier': ['Observation-dca5a2c4-3179-11ec-8d3d-0242ac130003.json'],
};

(isikFolder === undefined ? describe.skip : describe)(`ISiK Stufe 3${note(isikFolder)}`, () => {
  let validator: ProfileValidator;
  beforeAll(async () => {
    validator = await openProfileValidator([...MIO, ...ISIK]);
  }, 120_000);
  afterAll(() => validator.close());

  const verdicts = async (folder: 'valid' | 'invalid'): Promise<[number, string[]]> => {
    const wrong: string[] = [];
    const files = (readdirSync(isikFolder ?? '', { recursive: true }) as string[]).filter(
      (file) => file.includes(`/${folder}/`) && file.endsWith('.json'),
    );
    for (const file of files) {
      const text = readFileSync(join(isikFolder ?? '', file), 'utf8').replace(/^\uFEFF/, '');
      const errors = await validator.errors(JSON.parse(text) as Json);
      if (errors.length > 0 === (folder === 'valid')) wrong.push(file.replace(/^.*\//, ''));
    }
    return [files.length, wrong.sort()];
  };

  test('ISiK 3: valid instances are accepted, but for one with a reference that is an id without a type', async () => {
    expect(await verdicts('valid')).toEqual([49, ['Appointment-ISiKTerminExample.json']]);
  }, 300_000);

  test('ISiK 3: invalid instances are refused, but for those that only a code system that is not here tells', async () => {
    expect(await verdicts('invalid')).toEqual([
      40,
      [
        'MedicationAdministration-ExampleISiKMedikationsVerabreichung.json',
        'Schedule-Fachabteilungsschluessel-erweitert-invalid.json',
      ],
    ]);
  }, 300_000);
});
