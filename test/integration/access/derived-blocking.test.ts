import { beforeAll, describe, expect, test } from '@jest/globals';
import { viewBlocks } from '../../../src/access/blocked/rule-blocks.ts';
import { parameterTouches } from '../../../src/access/blocked/parameter-touches.ts';
import type { FieldView } from '../../../src/access/view/field-view.ts';
import type { Definitions } from '../../../src/definitions/model.ts';
import { createIndexExtractor } from '../../../src/search/extract/extractor.ts';
import type { IndexExtractor, IndexValue } from '../../../src/search/index-values.ts';
import { realDefinitions } from '../../support/clinical-store.ts';
import {
  fullResource,
  pathsWithin,
  type PlainResource,
  without,
} from '../../support/full-resources.ts';

/** Types whose resources are looked into deeper than the others. */
const DEEP = new Set(['Patient', 'Observation', 'Condition', 'Appointment', 'MedicationRequest']);
const VARIANTS = 3;

let definitions: Definitions;
let extractor: IndexExtractor;

beforeAll(async () => {
  definitions = await realDefinitions();
  extractor = createIndexExtractor(definitions);
}, 60_000);

const hiding = (path: string): FieldView => ({ hidden: [path], masks: [], blockedParameters: [] });

/** What a search may ask under each index value, as the guard names it. */
function askedBy({ kind, param }: IndexValue): readonly string[] {
  return kind === 'label' ? [`${param}:text`, `${param}:missing`] : [param, ...presence(param)];
}

const presence = (param: string): readonly string[] =>
  param.includes(':') ? [] : [`${param}:missing`];

function valuesBy(resource: PlainResource): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const value of extractor.extract(resource).values) {
    for (const name of askedBy(value)) {
      texts.set(name, (texts.get(name) ?? '') + JSON.stringify(value, infinite));
    }
  }
  return texts;
}

const infinite = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? String(value) : value;

describe('[R-040][R-144] what touches a hidden element follows from the expressions of the search parameters', () => {
  test('the elements of every search parameter of R4 are computed, and none is unknown', () => {
    const unread: string[] = [];
    let count = 0;
    for (const type of definitions.resourceTypes) {
      for (const parameter of definitions.searchParameters(type).values()) {
        const touched = parameterTouches(definitions, type, parameter, 'value');
        if (parameter.type === 'special') continue;
        count += 1;
        const whole = touched.some((path) => path.length === 0);
        if (touched.length === 0 || whole) unread.push(`${type}.${parameter.code}`);
      }
    }
    expect(count).toBeGreaterThan(2_000);
    expect(unread).toEqual([]);
  });

  test.each([
    ['Patient', 'birthDate', ['birthdate'], ['gender', 'identifier']],
    ['Patient', 'name.family', ['family', 'name', 'phonetic'], ['given']],
    ['Patient', 'telecom.system', ['phone', 'email', 'telecom'], ['address']],
    [
      'Observation',
      'valueQuantity',
      ['value-quantity', 'combo-value-quantity', 'code-value-quantity'],
      ['value-string', 'code'],
    ],
    ['Observation', 'code.text', ['code:text'], ['code']],
    [
      'Observation',
      'subject.identifier',
      ['subject:identifier', 'patient:identifier'],
      ['subject', 'patient'],
    ],
    ['Observation', 'subject', ['subject', 'patient', '_compartment'], ['code']],
    ['Patient', 'meta.tag', ['_tag'], ['_security']],
    ['Observation', 'component', ['component-code', 'component-value-quantity'], ['value-string']],
  ])('%s without %s blocks %j and not %j', (type, path, blocked, open) => {
    const blocks = (name: string): boolean => viewBlocks(definitions, type, hiding(path), name);
    expect(blocked.filter((name) => !blocks(name))).toEqual([]);
    expect(open.filter(blocks)).toEqual([]);
  });

  test('what an element that contains itself holds is hidden at every depth, and blocked so', () => {
    const parameter = {
      code: 'inner',
      type: 'string',
      url: 'urn:test:inner',
      expression: 'Questionnaire.item.item.text',
      targets: [],
      custom: true,
    } as const;
    const custom = {
      ...definitions,
      searchParameters: (type: string) =>
        new Map([...definitions.searchParameters(type), ['inner', parameter]]),
    };
    expect(viewBlocks(custom, 'Questionnaire', hiding('item.text'), 'inner')).toBe(true);
    expect(viewBlocks(custom, 'Questionnaire', hiding('item.item.text'), 'inner')).toBe(true);
    expect(viewBlocks(custom, 'Questionnaire', hiding('item.prefix'), 'inner')).toBe(false);
    // A view hides the text of all items, so that a parameter of the outermost is blocked too.
    expect(viewBlocks(definitions, 'Questionnaire', hiding('item.item.code'), 'code')).toBe(true);
  });

  test('whatever index value changes when an element is left out, its parameter is blocked', () => {
    const leaks: string[] = [];
    let changes = 0;
    for (const type of definitions.resourceTypes) {
      for (let variant = 0; variant < VARIANTS; variant += 1) {
        const resource = fullResource(definitions, type, variant);
        const before = valuesBy(resource);
        for (const path of pathsWithin(resource, DEEP.has(type) ? 3 : 2)) {
          const after = valuesBy(without(resource, path.split('.')));
          for (const name of new Set([...before.keys(), ...after.keys()])) {
            if (before.get(name) === after.get(name)) continue;
            changes += 1;
            if (!viewBlocks(definitions, type, hiding(path), name))
              leaks.push(`${type}: ${path} hidden, ${name} open`);
          }
        }
      }
    }
    expect(changes).toBeGreaterThan(5_000);
    expect(leaks).toEqual([]);
  }, 180_000);
});
