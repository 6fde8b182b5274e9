import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLibrary, type ConformanceLibrary } from '../../../src/conformance/library.ts';
import { installedDefinitions } from '../../../src/definitions/published.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { createTerminology } from '../../../src/terminology/terminology.ts';
import { DEFINITIONS_CACHE } from '../../support/server.ts';

const FILES = ['valuesets.json', 'valuesets-medplum.json', 'v2-tables.json', 'v3-codesystems.json'];

describe('the published value sets of FHIR R4', () => {
  let library: ConformanceLibrary;
  beforeAll(async () => {
    await mkdir(DEFINITIONS_CACHE, { recursive: true });
    const log = { info: () => undefined, warn: () => undefined } as never;
    library = createLibrary({ cacheDirectory: DEFINITIONS_CACHE, log });
    await library.find('ValueSet', 'http://hl7.org/fhir/ValueSet/administrative-gender');
  }, 60_000);
  afterAll(() => library.close());

  test('FHIR R4 valueset-operation-expand: all expand, but for those of code systems that are not published', async () => {
    const terminology = createTerminology(library);
    const published = await installedDefinitions();
    const refused = new Map<string, number>();
    let expanded = 0;
    for (const file of FILES) {
      for (const { resourceType, ...rest } of await published.read(file)) {
        if (resourceType !== 'ValueSet') continue;
        const { url } = rest as { readonly url: string };
        try {
          const set = await terminology.valueSet(url);
          const members = set?.members();
          expanded += 1;
          for (const { system, code } of members?.values() ?? []) {
            // The listing and the question about one code say the same.
            if (set?.member(system, code) !== 'in') throw new TypeError(`${url} lacks ${code}`);
          }
        } catch (error) {
          if (!isFhirError(error)) throw error;
          refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
        }
      }
    }
    expect(Object.fromEntries(refused)).toEqual(REFUSED);
    expect(expanded).toBe(EXPANDED);
  }, 120_000);

  test('the first use of an existing pack is quick, and takes little memory', async () => {
    const log = { info: () => undefined, warn: () => undefined } as never;
    const fresh = createLibrary({ cacheDirectory: DEFINITIONS_CACHE, log });
    const start = performance.now();
    const found = await fresh.find('CodeSystem', 'http://hl7.org/fhir/administrative-gender');
    expect(found?.resource.concept?.length).toBe(4);
    // Far above what it takes (some 15 ms), so that a busy machine does not matter.
    expect(performance.now() - start).toBeLessThan(1_500);
    await fresh.close();
  });
});

const REFUSED = { TERMINOLOGY_SYSTEM_UNKNOWN: 99, TERMINOLOGY_SET_UNKNOWN: 2 };
const EXPANDED = 1245;
