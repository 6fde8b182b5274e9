import { beforeAll, describe, expect, test } from '@jest/globals';
import { Fhir } from 'fhir';
import type { Definitions } from '../../../src/definitions/model.ts';
import { type StructurePlans, structurePlans } from '../../../src/definitions/structure-plan.ts';
import { readXml } from '../../../src/fhir/xml/read.ts';
import { writeXml } from '../../../src/fhir/xml/write.ts';
import { resourceGenerator } from '../validation/generate.ts';
import { canonical } from './canonical.ts';
import { r4Definitions } from './definitions.ts';

/** Types in which Medplum's definitions have elements of later versions of FHIR, which the package does not know. */
const OF_MEDPLUM = new Set([
  'Binary',
  'DeviceDefinition',
  'EvidenceVariable',
  'HealthcareService',
  'Invoice',
  'ObservationDefinition',
  'ResearchStudy',
]);
let definitions: Definitions;
let plans: StructurePlans;
let other: Fhir;

beforeAll(async () => {
  definitions = await r4Definitions();
  plans = structurePlans(definitions);
  other = new Fhir();
}, 120_000);

/** True for elements that are defined by reference to others (`contentReference`), which the package leaves out. */
function hasReferences(path: string): boolean {
  return [...(definitions.structure(path)?.elements ?? [])].some(([name, { structure }]) => {
    if (structure === undefined) return false;
    return structure !== `${path}.${name}` || hasReferences(structure);
  });
}

/** The package's XML; undefined for types that are Medplum's own. */
function otherXml(json: string): string | undefined {
  try {
    return other.jsonToXml(json);
  } catch (error) {
    if (String(error).includes('Unknown resource type')) return undefined;
    throw error;
  }
}

describe('FHIR R4 xml: a second opinion, the npm package fhir 4.12', () => {
  test('it writes what we write, and reads our XML as we do', () => {
    const generate = resourceGenerator(definitions, 7);
    const types = definitions.resourceTypes.filter(
      (type) => !OF_MEDPLUM.has(type) && !hasReferences(type),
    );
    let compared = 0;
    for (let round = 0; round < 10; round += 1) {
      for (const type of types) {
        // Medplum's Meta has elements of its own as well.
        const { meta: _, ...resource } = generate(type);
        const json = JSON.stringify(resource);
        if (json.includes('{}')) continue;
        const theirs = otherXml(json);
        if (theirs === undefined) continue;
        const ours = writeXml(plans, json);
        expect(`${type}\n${canonical(ours)}`).toBe(`${type}\n${canonical(theirs)}`);
        expect(JSON.parse(other.xmlToJson(ours))).toEqual(readXml(plans, ours).value);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(1000);
  }, 200_000);

  test('it loses the precision of decimals, which we keep', () => {
    const json =
      '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.10}}';
    expect(otherXml(json)).toContain('<value value="1.1"/>');
    expect(writeXml(plans, json)).toContain('<value value="1.10"/>');
    expect(JSON.stringify(readXml(plans, writeXml(plans, json)).exact)).toBe(json);
  });
});
