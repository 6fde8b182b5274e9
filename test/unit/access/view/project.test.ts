import { describe, expect, test } from '@jest/globals';
import type { CompiledPolicy, PolicyRule } from '../../../../src/access/policy.ts';
import type { FieldView } from '../../../../src/access/view/field-view.ts';
import { type JsonObject, projection } from '../../../../src/access/view/projection.ts';
import { parseExact } from '../../../../src/json/exact.ts';
import { testDefinitions } from '../../../support/definitions.ts';

const definitions = testDefinitions();

/** A policy whose rules hold for all resources, so that all of them are judged to hold. */
function policyOf(views: Readonly<Record<string, readonly Partial<FieldView>[]>>): CompiledPolicy {
  const rules = new Map<string, readonly PolicyRule[]>(
    Object.entries(views).map(([type, list]) => [
      type,
      list.map((view, index) => ({
        id: `p#${String(index)}`,
        interactions: new Set(['read'] as const),
        where: { kind: 'all' },
        view: { hidden: [], masks: [], blockedParameters: [], ...view },
      })),
    ]),
  );
  return {
    rules: (type) => rules.get(type) ?? [],
    where: () => ({ kind: 'all' }),
    aggregates: () => [],
    operation: () => undefined,
  };
}

function shown(
  resource: JsonObject,
  views: Readonly<Record<string, readonly Partial<FieldView>[]>>,
): JsonObject {
  const type = String(resource['resourceType']);
  const policy = policyOf(views);
  const how = projection(policy, definitions, type, 'read');
  if (how === undefined) return resource;
  const { meta: _meta, ...rest } = how.project(policy.rules(type, 'read'))(resource);
  return rest;
}

const hidden = (...paths: string[]) => [{ hidden: paths }];

describe('[R-038] hidden elements are left out, wherever they are', () => {
  test.each<[string, JsonObject, string[], JsonObject]>([
    ['at the root', { birthDate: '1970-01-01', active: true }, ['birthDate'], { active: true }],
    [
      'with the id and extensions beside a primitive',
      { birthDate: '1970', _birthDate: { id: 'b' }, active: true },
      ['birthDate'],
      { active: true },
    ],
    [
      'in each item of a list, and with the items that are empty then',
      { name: [{ family: 'A', given: ['B'] }, { family: 'C' }] },
      ['name.family'],
      { name: [{ given: ['B'] }] },
    ],
    [
      'with all types of a choice',
      { deceasedDateTime: '2020', _deceasedDateTime: { id: 'x' }, active: true },
      ['deceased[x]'],
      { active: true },
    ],
    [
      'with one type of a choice, where only that is named',
      { deceasedBoolean: true, multipleBirthInteger: 2 },
      ['deceasedDateTime', 'multipleBirthInteger'],
      { deceasedBoolean: true },
    ],
    [
      'in extensions of one URL',
      {
        extension: [
          { url: 'urn:a', valueString: 'A' },
          { url: 'urn:b', valueString: 'B' },
        ],
      },
      [`extension('urn:a')`],
      { extension: [{ url: 'urn:b', valueString: 'B' }] },
    ],
    [
      'in extensions beside a primitive, leaving no gap in its list',
      {
        name: [
          {
            given: ['A', null],
            _given: [null, { extension: [{ url: 'urn:a', valueString: 'A' }] }],
          },
        ],
      },
      [`name.given.extension('urn:a')`],
      { name: [{ given: ['A'] }] },
    ],
    [
      'as part of all extensions',
      { extension: [{ url: 'urn:a', valueString: 'A' }] },
      ['extension.value'],
      {},
    ],
  ])('%s', (_title, resource, paths, expected) => {
    const patient = { resourceType: 'Patient', id: '1', ...resource };
    expect(shown(patient, { Patient: hidden(...paths) })).toEqual({
      resourceType: 'Patient',
      id: '1',
      ...expected,
    });
  });

  test('[V-18] in a resource inside another, by the rules of its own type', () => {
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      contained: [
        { resourceType: 'Patient', id: 'p', birthDate: '1970-01-01', active: true },
        { resourceType: 'Invoice', id: 'i' },
      ],
    };
    expect(shown(observation, { Observation: [{}], Patient: hidden('birthDate') })).toEqual({
      resourceType: 'Observation',
      status: 'final',
      contained: [{ resourceType: 'Patient', id: 'p', active: true }],
    });
  });

  test('[V-50] what copies them in words goes as well', () => {
    const observation = {
      resourceType: 'Observation',
      text: { status: 'generated', div: '<div>Anna</div>' },
      subject: { reference: 'Patient/1', display: 'Anna', identifier: { value: 'X1' } },
      performer: [
        { reference: 'Questionnaire/2', display: 'Q' },
        { type: 'Patient', display: 'Anna' },
        { display: 'Anna' },
      ],
    };
    expect(shown(observation, { Observation: [{}], Patient: hidden('name') })).toEqual({
      resourceType: 'Observation',
      subject: { reference: 'Patient/1' },
      performer: [{ reference: 'Questionnaire/2', display: 'Q' }, { type: 'Patient' }],
    });
  });

  test('a label says that something may be missing, whether or not it is', () => {
    const policy = policyOf({ Patient: hidden('birthDate') });
    const project = projection(policy, definitions, 'Patient', 'read')?.project([]);
    const meta = { versionId: '7', lastUpdated: '2026-01-01T00:00:00Z', profile: ['urn:p'] };
    expect(project?.({ resourceType: 'Patient', meta })).toEqual({
      resourceType: 'Patient',
      meta: {
        profile: ['urn:p'],
        tag: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
            code: 'SUBSETTED',
          },
        ],
      },
    });
  });

  test('decimals keep their digits', () => {
    const policy = policyOf({ Observation: hidden('status') });
    const text = '{"resourceType":"Observation","status":"final","valueQuantity":{"value":1.10}}';
    const project = projection(policy, definitions, 'Observation', 'read')?.project([]);
    const projected = project?.(parseExact(text).exact as JsonObject);
    expect(JSON.stringify(projected)).toContain('"value":1.10');
  });
});

describe('[R-038] masks show less', () => {
  const masked = (path: string, kind: FieldView['masks'][number]['kind']) => ({
    Patient: [{ masks: [{ path, kind }] }],
    Observation: [{ masks: [{ path, kind }] }],
  });

  test.each<[string, FieldView['masks'][number]['kind'], string, JsonObject, JsonObject]>([
    ['a date by its year', 'year', 'birthDate', { birthDate: '1970-05-01' }, { birthDate: '1970' }],
    [
      'a date by its month, without what stands beside it',
      'month',
      'birthDate',
      { birthDate: '1970-05-01', _birthDate: { id: 'time' } },
      { birthDate: '1970-05' },
    ],
    [
      'a text by its first characters',
      'prefix-2',
      'address.postalCode',
      { address: [{ postalCode: '10115' }] },
      { address: [{ postalCode: '10' }] },
    ],
    [
      'nothing of what has no year',
      'year',
      'active',
      { active: true, gender: 'female' },
      { gender: 'female' },
    ],
    [
      'nothing of extensions',
      'prefix-2',
      'address',
      { address: [{ city: 'Berlin', extension: [{ url: 'urn:a', valueString: 'Mitte' }] }] },
      { address: [{ city: 'Be' }] },
    ],
    [
      'a choice by its types',
      'year',
      'deceased',
      { deceasedDateTime: '2020-02-03T04:05:06Z' },
      { deceasedDateTime: '2020' },
    ],
  ])('%s', (_title, kind, path, resource, expected) => {
    const patient = { resourceType: 'Patient', ...resource };
    expect(shown(patient, masked(path, kind))).toEqual({ resourceType: 'Patient', ...expected });
  });

  test('a code without the words beside it', () => {
    const code = {
      coding: [{ system: 'urn:icd', code: 'F32.1', display: 'Depression', version: '2026' }],
      text: 'Depression',
    };
    const observation = { resourceType: 'Observation', code };
    expect(shown(observation, masked('code', 'prefix-3'))).toEqual({
      resourceType: 'Observation',
      code: { coding: [{ system: 'urn:icd', code: 'F32' }] },
    });
  });

  test('an instant, which has no shorter form, is left out; parts of a period are masked', () => {
    const observation = { resourceType: 'Observation', effectiveInstant: '2020-01-02T03:04:05Z' };
    expect(shown(observation, masked('effective', 'year'))).toEqual({
      resourceType: 'Observation',
    });
    const period = {
      resourceType: 'Observation',
      effectivePeriod: { start: '2020-01-02', id: 'x' },
    };
    expect(shown(period, masked('effective', 'month'))).toEqual({
      resourceType: 'Observation',
      effectivePeriod: { start: '2020-01' },
    });
  });
});

describe('[R-038] several rules: shown counts before masked, masked before hidden', () => {
  const patient = { resourceType: 'Patient', birthDate: '1970-05-01', gender: 'female' };
  test.each<[string, Partial<FieldView>[], JsonObject]>([
    [
      'hidden by both',
      [{ hidden: ['birthDate'] }, { hidden: ['birthDate'] }],
      { gender: 'female' },
    ],
    [
      'hidden by one',
      [{ hidden: ['birthDate'] }, { hidden: ['gender'] }],
      { birthDate: '1970-05-01', gender: 'female' },
    ],
    [
      'hidden and masked',
      [{ hidden: ['birthDate'] }, { masks: [{ path: 'birthDate', kind: 'year' }] }],
      { birthDate: '1970', gender: 'female' },
    ],
    [
      'masked twice',
      [
        { masks: [{ path: 'birthDate', kind: 'year' }] },
        { masks: [{ path: 'birthDate', kind: 'month' }] },
      ],
      { birthDate: '1970-05', gender: 'female' },
    ],
  ])('%s', (_title, views, expected) => {
    expect(shown(patient, { Patient: views })).toEqual({ resourceType: 'Patient', ...expected });
  });

  test('a part that one rule hides and another hides with all around it is hidden', () => {
    const named = { resourceType: 'Patient', name: [{ family: 'A', given: ['B'] }] };
    const views = [{ hidden: ['name'] }, { hidden: ['name.family'] }];
    expect(shown(named, { Patient: views })).toEqual({
      resourceType: 'Patient',
      name: [{ given: ['B'] }],
    });
  });
});

test('[R-038] who sees all gets what is stored: there is no projection to run', () => {
  const policy = policyOf({ Patient: [{}] });
  expect(projection(policy, definitions, 'Patient', 'read')).toBeUndefined();
});
