import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Definitions } from '../../../src/definitions/model.ts';
import { type StructurePlans, structurePlans } from '../../../src/definitions/structure-plan.ts';
import { readXml } from '../../../src/fhir/xml/read.ts';
import { writeXml } from '../../../src/fhir/xml/write.ts';
import { resourceGenerator } from '../validation/generate.ts';
import { r4Definitions } from './definitions.ts';
import { everyElement } from './every-element.ts';

let definitions: Definitions;
let plans: StructurePlans;

beforeAll(async () => {
  definitions = await r4Definitions();
  plans = structurePlans(definitions);
}, 120_000);

function thereAndBack(json: string, pretty: boolean): string {
  return JSON.stringify(readXml(plans, writeXml(plans, json, { pretty })).exact);
}

describe('FHIR R4 xml: JSON to XML to JSON loses nothing', () => {
  test('[R-286] whatever elements a resource type has', () => {
    let characters = 0;
    for (const type of definitions.resourceTypes) {
      // Each turn takes another type of each choice; the longest choice, value[x] of extensions, is tested by itself.
      for (let turn = 0; turn < 4; turn += 1) {
        const json = JSON.stringify(everyElement(definitions, type, turn));
        expect(thereAndBack(json, turn % 2 === 1)).toBe(json);
        characters += json.length;
      }
    }
    expect(definitions.resourceTypes.length).toBeGreaterThan(148);
    expect(characters).toBeGreaterThan(10_000_000);
  }, 300_000);

  test('every type of Extension.value[x]', () => {
    for (let turn = 0; turn < 50; turn += 1) {
      const value = { resourceType: 'Basic', extension: [extensionOf(turn)], code: { text: 'x' } };
      const json = JSON.stringify(value);
      expect(thereAndBack(json, false)).toBe(json);
    }
  });

  test('resources made at random', () => {
    const generate = resourceGenerator(definitions, 20_261_121);
    for (let round = 0; round < 10; round += 1) {
      for (const type of definitions.resourceTypes) {
        const json = JSON.stringify(generate(type));
        // Medplum's definitions leave some backbones without elements; XML has no empty ones.
        if (json.includes('{}')) continue;
        expect(thereAndBack(json, round % 2 === 0)).toBe(json);
      }
    }
  }, 120_000);
});

function extensionOf(turn: number): unknown {
  const { extension: _, ...made } = everyElement(definitions, 'Extension', turn);
  const { resourceType: _type, ...content } = made;
  return content;
}
