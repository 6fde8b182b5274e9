import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type LoadOptions, loadDefinitions } from '../../../src/definitions/load.ts';
import type {
  PublishedDefinitions,
  PublishedElement,
  PublishedResource,
} from '../../../src/definitions/published.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'definitions-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

function element(path: string, type: string, max = '1', more = {}): PublishedElement {
  return { path, min: 0, max, type: [{ code: type }], ...more };
}

const STRUCTURE = {
  resourceType: 'StructureDefinition',
  abstract: false,
  derivation: 'specialization',
} as const;

const FILES: Readonly<Record<string, readonly PublishedResource[]>> = {
  'profiles-resources.json': [
    {
      ...STRUCTURE,
      name: 'Patient',
      type: 'Patient',
      kind: 'resource',
      snapshot: {
        element: [
          { path: 'Patient', min: 0, max: '*' },
          element('Patient.id', 'http://hl7.org/fhirpath/System.String'),
          element('Patient.gender', 'code', '1', {
            min: 1,
            binding: { strength: 'required', valueSet: 'urn:test:gender|4.0.1' },
          }),
          element('Patient.link', 'BackboneElement', '*', { isSummary: true }),
          element('Patient.link.other', 'Reference', '1', { min: 1 }),
          { path: 'Patient.next', min: 0, max: '*', contentReference: '#Patient.link' },
        ],
      },
    },
    { ...STRUCTURE, name: 'Resource', type: 'Resource', kind: 'resource', abstract: true },
    {
      ...STRUCTURE,
      name: 'MyPatient',
      type: 'Patient',
      kind: 'resource',
      derivation: 'constraint',
    },
  ],
  'search-parameters.json': [
    {
      resourceType: 'SearchParameter',
      url: 'urn:test:link',
      code: 'link',
      base: ['Patient'],
      type: 'reference',
      expression: 'Patient.link.other.where(resolve() is Patient)',
      target: ['Group', 'Patient'],
    },
    {
      resourceType: 'SearchParameter',
      url: 'urn:test:tag',
      code: '_tag',
      base: ['Resource'],
      type: 'token',
      expression: 'Resource.meta.tag',
    },
    {
      resourceType: 'SearchParameter',
      url: 'urn:test:text',
      code: '_text',
      base: ['Resource'],
      type: 'string',
    },
  ],
  'compartmentdefinition-patient.json': [
    {
      resourceType: 'CompartmentDefinition',
      resource: [{ code: 'Patient', param: ['link', 'absent'] }, { code: 'Account' }],
    },
  ],
  'valuesets.json': [
    {
      resourceType: 'CodeSystem',
      url: 'urn:test:cs',
      content: 'complete',
      concept: [{ code: 'male', concept: [{ code: 'inner' }] }],
    },
    {
      resourceType: 'ValueSet',
      url: 'urn:test:gender',
      compose: {
        include: [{ system: 'urn:test:cs' }, { system: 'urn:x', concept: [{ code: 'other' }] }],
      },
    },
  ],
};

function options(
  read: PublishedDefinitions['read'],
  version = '1.0.0',
): LoadOptions & { lines: unknown[] } {
  const lines: unknown[] = [];
  const log = (fields: unknown): void => void lines.push(fields);
  return {
    cacheDirectory: directory,
    lines,
    log: { info: log, warn: log } as never,
    published: { version, read },
  };
}

const published: PublishedDefinitions['read'] = async (file) => FILES[file] ?? [];

const unread: PublishedDefinitions['read'] = async () => {
  throw new TypeError('the published files must not be read');
};

describe('the definitions reduced from published bundles', () => {
  test('structures: cardinality, content references, backbones; no profiles', async () => {
    const definitions = await loadDefinitions(options(published));
    expect(definitions.resourceTypes).toEqual(['Patient']);
    expect(definitions.isResourceType('Resource')).toBe(false);
    const patient = definitions.structure('Patient');
    expect(patient?.elements.get('id')?.types).toEqual(['id']);
    expect(patient?.elements.get('link')).toEqual({
      min: 0,
      max: Infinity,
      types: ['BackboneElement'],
      summary: true,
      structure: 'Patient.link',
    });
    expect(patient?.elements.get('gender')?.summary).toBe(false);
    expect(patient?.elements.get('next')?.structure).toBe('Patient.link');
    expect(definitions.structure('Patient.link')?.kind).toBe('backbone');
    expect(definitions.structure('Patient.link')?.elements.get('other')?.min).toBe(1);
  });

  test('required bindings: codes of whole systems with their children, and of lists', async () => {
    const definitions = await loadDefinitions(options(published));
    expect(definitions.structure('Patient')?.elements.get('gender')?.requiredBinding).toBe(
      'urn:test:gender',
    );
    expect(definitions.requiredCodes('urn:test:gender')).toEqual(
      new Set(['male', 'inner', 'other']),
    );
    expect(definitions.requiredCodes('urn:test:unknown')).toBeUndefined();
  });

  test('search parameters: per type, common ones included, without those that have no expression', async () => {
    const definitions = await loadDefinitions(options(published));
    const parameters = definitions.searchParameters('Patient');
    expect([...parameters.keys()]).toEqual(['link', '_tag']);
    expect(parameters.get('_tag')?.expression).toBe('Patient.meta.tag');
    expect(parameters.get('link')?.targets).toEqual(['Patient']);
    expect(definitions.searchParameters('Unknown').size).toBe(0);
  });

  test('the compartment names only parameters that exist', async () => {
    const definitions = await loadDefinitions(options(published));
    expect(definitions.patientCompartment('Patient')).toEqual(['link']);
    expect(definitions.patientCompartment('Account')).toEqual([]);
  });
});

describe('the cache of the definitions', () => {
  const file = (): string => join(directory, 'fhir-definitions.json');

  test('a second start reads one file, and says the same', async () => {
    const first = await loadDefinitions(options(published));
    const second = await loadDefinitions(options(unread));
    expect(second.structure('Patient')).toEqual(first.structure('Patient'));
    expect(await readdir(directory)).toEqual(['fhir-definitions.json']);
  });

  test.each([
    ['empty', () => ''],
    ['cut off', (text: string) => text.slice(0, -5)],
    ['changed', (text: string) => text.replace('"Patient"', '"Pirate0"')],
    ['foreign', () => '{"some":"file"}\n{}'],
    ['binary', () => '\u0000\u0001\n\u0002'],
  ])('a file that is %s is made anew', async (_, damage) => {
    await loadDefinitions(options(published));
    const good = await readFile(file(), 'utf8');
    await writeFile(file(), damage(good));
    const definitions = await loadDefinitions(options(published));
    expect(definitions.isResourceType('Patient')).toBe(true);
    expect(await readFile(file(), 'utf8')).toBe(good);
  });

  test('a file of another version of the package is made anew', async () => {
    await loadDefinitions(options(published));
    await expect(loadDefinitions(options(unread, '2.0.0'))).rejects.toThrow(TypeError);
  });

  test('a folder that cannot be used costs a warning, not the start', async () => {
    await writeFile(file(), 'a file in the place of the folder');
    const broken = options(published);
    const definitions = await loadDefinitions({ ...broken, cacheDirectory: file() });
    expect(definitions.isResourceType('Patient')).toBe(true);
    expect(broken.lines).toContainEqual(expect.objectContaining({ err: expect.anything() }));
  });
});
