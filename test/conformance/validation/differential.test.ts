import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type LoadOptions, loadDefinitions } from '../../../src/definitions/load.ts';
import type { Definitions } from '../../../src/definitions/model.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { createValidator, type Validator } from '../../../src/fhir/validation/validator.ts';
import { createIndexExtractor } from '../../../src/search/extract/extractor.ts';
import { NO_OFFICIAL_DATA, skipNote } from '../../support/skip-note.ts';
import { resourceGenerator } from './generate.ts';
import { loadMedplum, medplumErrors } from './medplum.ts';
import { resourcesOf, sharedFile } from './tgz.ts';

const log = { info: () => undefined, warn: () => undefined } as unknown as LoadOptions['log'];

let cacheDirectory: string;
let definitions: Definitions;
let validate: Validator;

beforeAll(async () => {
  cacheDirectory = await mkdtemp(join(tmpdir(), 'definitions-'));
  definitions = await loadDefinitions({ cacheDirectory, log });
  validate = createValidator(definitions);
  loadMedplum();
}, 120_000);

afterAll(async () => {
  await rm(cacheDirectory, { recursive: true, force: true });
});

/** `code text` of our issues; none where we accept. */
function ourIssues(resource: unknown): string[] {
  try {
    validate(resource);
    return [];
  } catch (error) {
    if (!isFhirError(error)) throw error;
    return error.outcome.issue.map(({ code, details }) => `${code} ${details?.text}`);
  }
}

/**
 * Why we refuse what Medplum's validator accepts. Each is a rule of R4 that it does not check: it knows no bindings, no
 * format of ids and references, no dom-3, no empty lists and no content of narratives.
 */
const DEVIATIONS = [
  /^value The reference is neither/,
  /^value Expected an id/,
  /^code-invalid /,
  /^invariant (?:dom-3|txt-1)/,
  /^structure Empty list/,
  /^value Empty string/,
];

const PACKAGES = [
  'packages/de.gematik.isik-basismodul-4.0.0.tgz',
  'packages/de.gematik.isik-medikation-4.0.0.tgz',
  'packages/de.gematik.isik-terminplanung-4.0.0.tgz',
  'packages/de.gematik.isik-vitalparameter-4.0.0.tgz',
  'packages/de.gematik.hddt-1.0.1.tgz',
  'packages/kbv.mio.diga-1.1.0.tgz',
  'hl7-tests/fhir-test-cases-validator-r4-subset.tgz',
];

describe('FHIR R4 validation: we accept what Medplum accepts, except by listed rules', () => {
  for (const name of PACKAGES) {
    const path = sharedFile(name);
    if (path === undefined) {
      test.skip(`${name}${skipNote(NO_OFFICIAL_DATA)}`, () => undefined);
      continue;
    }
    test(name, () => {
      const extractor = createIndexExtractor(definitions);
      const unexplained: string[] = [];
      let accepted = 0;
      for (const { name: file, resource } of resourcesOf(path)) {
        const issues = ourIssues(resource);
        if (issues.length === 0) {
          accepted += 1;
          expect(() => extractor.extract(resource)).not.toThrow();
        }
        const strange = issues.filter((issue) => !DEVIATIONS.some((rule) => rule.test(issue)));
        if (strange.length > 0 && medplumErrors(resource).length === 0)
          unexplained.push(`${file}: ${strange.join('; ')}`);
      }
      expect(unexplained).toEqual([]);
      expect(accepted).toBeGreaterThan(15);
    }, 120_000);
  }

  test('generated resources of every type', () => {
    const generate = resourceGenerator(definitions, 7);
    const unexplained: string[] = [];
    let both = 0;
    for (const type of definitions.resourceTypes) {
      for (let round = 0; round < 4; round += 1) {
        const resource = generate(type);
        const issues = ourIssues(resource);
        if (issues.length === 0) both += 1;
        else if (medplumErrors(resource).length === 0) unexplained.push(`${type}: ${issues[0]}`);
      }
    }
    expect(unexplained).toEqual([]);
    expect(both).toBeGreaterThan(definitions.resourceTypes.length * 3);
  }, 120_000);
});

describe('FHIR R4 validation: what is structurally wrong is refused by both', () => {
  type Json = Record<string, unknown>;
  const DAMAGE: readonly (readonly [string, (resource: Json, key: string) => Json])[] = [
    ['an unknown property', (resource) => ({ ...resource, unknownProperty: 'x' })],
    ['a missing required element', (resource, key) => ({ ...resource, [key]: undefined })],
    [
      'an object for a primitive, a primitive for an object',
      (resource, key) => ({
        ...resource,
        [key]: typeof resource[key] === 'object' ? [[5]] : { x: 5 },
      }),
    ],
    [
      'an object of another kind',
      (resource, key) => ({ ...resource, [key]: { notAnElement: 'x' } }),
    ],
    [
      'a list where one is meant',
      (resource, key) => ({ ...resource, [key]: [resource[key], resource[key]] }),
    ],
  ];

  test.each(DAMAGE)(
    '%s',
    (_, damage) => {
      const generate = resourceGenerator(definitions, 11);
      const onlyOne: string[] = [];
      let damaged = 0;
      for (const type of definitions.resourceTypes) {
        // A required single element, which every damage makes wrong.
        const required = [...(definitions.structure(type)?.elements ?? [])].find(
          ([name, { min, max, types }]) =>
            min > 0 && max === 1 && !name.endsWith('[x]') && !isNumeric(types),
        )?.[0];
        const resource = generate(type);
        if (
          required === undefined ||
          ourIssues(resource).length > 0 ||
          medplumErrors(resource).length > 0
        )
          continue;
        damaged += 1;
        const bad: unknown = JSON.parse(JSON.stringify(damage(resource, required)));
        const verdicts = [ourIssues(bad).length > 0, medplumErrors(bad).length > 0];
        if (verdicts.includes(false))
          onlyOne.push(`${type}.${required}: we ${verdicts[0]}, Medplum ${verdicts[1]}`);
      }
      expect(onlyOne).toEqual([]);
      expect(damaged).toBeGreaterThan(50);
    },
    60_000,
  );

  function isNumeric(types: readonly string[]): boolean {
    return types.some((type) =>
      ['integer', 'decimal', 'positiveInt', 'unsignedInt'].includes(type),
    );
  }
});
