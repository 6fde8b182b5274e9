import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type LoadOptions, loadDefinitions } from '../../../src/definitions/load.ts';
import type { Definitions } from '../../../src/definitions/model.ts';
import { installedDefinitions } from '../../../src/definitions/published.ts';
import { planCompiler } from '../../../src/fhir/validation/compile.ts';
import { createValidator } from '../../../src/fhir/validation/validator.ts';
import { compiledParameters, createIndexExtractor } from '../../../src/search/extract/extractor.ts';

const log = { info: () => undefined, warn: () => undefined } as unknown as LoadOptions['log'];

let cacheDirectory: string;
let definitions: Definitions;

beforeAll(async () => {
  cacheDirectory = await mkdtemp(join(tmpdir(), 'definitions-'));
  definitions = await loadDefinitions({ cacheDirectory, log });
}, 60_000);

afterAll(async () => {
  await rm(cacheDirectory, { recursive: true, force: true });
});

describe('FHIR R4 and Medplum 5.2.13, as published', () => {
  test('all concrete types, and no abstract one', () => {
    expect(definitions.resourceTypes).toHaveLength(171);
    for (const type of [
      'Patient',
      'Observation',
      'Bundle',
      'Binary',
      'AccessPolicy',
      'ProjectMembership',
      'Bot',
      'AsyncJob',
      'JsonWebKey',
    ]) {
      expect(definitions.isResourceType(type)).toBe(true);
    }
    for (const type of [
      'Resource',
      'DomainResource',
      'Coding',
      'IdentityProvider',
      'ViewDefinition',
    ]) {
      expect(definitions.isResourceType(type)).toBe(false);
    }
  });

  test('a later start does not open the published bundles', async () => {
    const { version } = await installedDefinitions();
    const read = async (file: string): Promise<never> => {
      throw new TypeError(`${file} was read`);
    };
    const again = await loadDefinitions({ cacheDirectory, log, published: { version, read } });
    expect(again.resourceTypes).toEqual(definitions.resourceTypes);
    expect(again.structure('Observation')).toEqual(definitions.structure('Observation'));
    expect(again.searchParameters('Patient')).toEqual(definitions.searchParameters('Patient'));
  });

  test('every type that an element names is defined', () => {
    const missing = new Set<string>();
    const visit = (path: string, seen: Set<string>): void => {
      if (seen.has(path) || path === 'Resource') return;
      seen.add(path);
      const structure = definitions.structure(path);
      if (structure === undefined) missing.add(path);
      for (const element of structure?.elements.values() ?? []) {
        for (const type of element.types) visit(element.structure ?? type, seen);
      }
    };
    const seen = new Set<string>();
    for (const type of definitions.resourceTypes) visit(type, seen);
    expect([...missing]).toEqual([]);
    expect(seen.size).toBeGreaterThan(700);
  });

  test('every structure compiles', () => {
    const planOf = planCompiler(definitions);
    for (const type of definitions.resourceTypes)
      expect(planOf(type)?.properties.size).toBeGreaterThan(3);
    expect(planOf('Pirate')).toBeUndefined();
  });

  test('required codes of R4, and the types that Medplum adds', () => {
    expect(definitions.requiredCodes('http://hl7.org/fhir/ValueSet/administrative-gender')).toEqual(
      new Set(['male', 'female', 'other', 'unknown']),
    );
    expect(
      definitions.requiredCodes('http://hl7.org/fhir/ValueSet/resource-types')?.has('Bot'),
    ).toBe(true);
    // No enumeration: the media types of RFC 2046 are a grammar.
    expect(definitions.requiredCodes('http://hl7.org/fhir/ValueSet/mimetypes')).toBeUndefined();
  });

  test('bindings without an enumeration are these, and no more', () => {
    const open = new Set<string>();
    for (const type of [
      ...definitions.resourceTypes,
      'Attachment',
      'Timing',
      'ElementDefinition',
    ]) {
      for (const path of pathsBelow(type)) {
        for (const { types, requiredBinding } of definitions.structure(path)?.elements.values() ??
          []) {
          if (requiredBinding === undefined || !types.includes('code')) continue;
          if (definitions.requiredCodes(requiredBinding) === undefined) open.add(requiredBinding);
        }
      }
    }
    expect([...open].sort()).toEqual([
      'http://hl7.org/fhir/ValueSet/characteristic-combination',
      'http://hl7.org/fhir/ValueSet/mimetypes',
      'http://hl7.org/fhir/ValueSet/subscription-notification-type',
    ]);
  });

  function pathsBelow(path: string, seen = new Set<string>()): Set<string> {
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const { structure } of definitions.structure(path)?.elements.values() ?? []) {
      if (structure !== undefined) pathsBelow(structure, seen);
    }
    return seen;
  }
});

describe('the search parameters of R4', () => {
  test('each has an expression of its own type', () => {
    for (const type of definitions.resourceTypes) {
      for (const { code, expression } of definitions.searchParameters(type).values()) {
        const roots = [...expression.matchAll(/(?:^| \| )([A-Z]\w*)\./g)].map(([, root]) => root);
        expect({ code, roots: [...new Set(roots)].filter((root) => root !== type) }).toEqual({
          code,
          roots: [],
        });
      }
    }
  });

  test('each is compiled, and none is left to the FHIRPath engine', () => {
    const parameters = definitions.resourceTypes.flatMap((type) =>
      compiledParameters(type, definitions).map(({ code, by }) => [by, `${type}.${code}`] as const),
    );
    expect(parameters.length).toBeGreaterThan(2400);
    expect(parameters.filter(([by]) => by === 'fhirpath')).toEqual([]);
    expect(parameters.filter(([by]) => by === 'nothing')).toEqual([]);
    expect(parameters.filter(([by]) => by === 'others').map(([, name]) => name)).toEqual([
      'Observation.code-value-concept',
      'Observation.code-value-date',
      'Observation.code-value-quantity',
      'Observation.code-value-string',
      'Observation.component-code-value-concept',
      'Observation.component-code-value-quantity',
    ]);
  });

  test('the common ones belong to every type', () => {
    for (const type of definitions.resourceTypes) {
      const codes = [...definitions.searchParameters(type).keys()];
      expect(codes).toEqual(
        expect.arrayContaining(['_id', '_lastUpdated', '_tag', '_profile', '_security', '_source']),
      );
    }
  });

  test('patient parameters point to patients only', () => {
    expect(definitions.searchParameters('Observation').get('patient')?.targets).toEqual([
      'Patient',
    ]);
    expect(definitions.searchParameters('Observation').get('subject')?.targets).toContain('Device');
  });

  test('the compartment has the parameters of R4', () => {
    expect(definitions.patientCompartment('Observation')).toEqual(['subject', 'performer']);
    expect(definitions.patientCompartment('Patient')).toEqual(['link']);
    expect(definitions.patientCompartment('Medication')).toEqual([]);
  });
});

describe('an Observation of R4', () => {
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: 'vital-signs',
          },
        ],
      },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
    subject: { reference: 'Patient/1' },
    effectiveDateTime: '2026-01-01T09:30:00+01:00',
    component: [
      {
        code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
        valueQuantity: { value: 121, system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
      },
    ],
  };

  test('is valid, and says what is wrong when it is not', () => {
    const validate = createValidator(definitions);
    expect(() => validate(observation)).not.toThrow();
    expect(() => validate({ ...observation, status: 'done' })).toThrow(/required ValueSet/);
  });

  test('is indexed under every parameter that it has a value for', () => {
    const { values, patients } = createIndexExtractor(definitions).extract(observation);
    expect(patients).toEqual(['1']);
    expect([...new Set(values.map(({ param }) => param))].sort()).toEqual([
      'category',
      'code',
      'combo-code',
      'combo-code-value-quantity',
      'combo-value-quantity',
      'component-code',
      'component-value-quantity',
      'date',
      'patient',
      'status',
      'subject',
    ]);
  });
});
