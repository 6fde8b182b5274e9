import { describe, expect, test } from '@jest/globals';
import type { CompiledPolicy, PolicyRule } from '../../../../src/access/policy.ts';
import { ALL, NONE, or, type SearchExpression } from '../../../../src/search/expression.ts';
import { parseSearch } from '../../../../src/search/parse.ts';
import { parseQuery } from '../../../../src/search/parse-query.ts';
import {
  type FieldGuardOptions,
  guardFields,
} from '../../../../src/search/rewriters/guard-fields.ts';
import { testDefinitions } from '../../../support/definitions.ts';
import { codeOf, OPTIONS } from '../../../support/search.ts';

const definitions = testDefinitions(
  [
    ['Patient', 'birthdate', 'date', 'Patient.birthDate'],
    ['Patient', 'gender', 'token', 'Patient.gender'],
    ['Patient', 'family', 'string', 'Patient.name.family'],
    ['Patient', 'link', 'reference', 'Patient.link.other', 'Patient'],
    ['Observation', 'code', 'token', 'Observation.code'],
    ['Observation', 'status', 'token', 'Observation.status'],
    ['Observation', 'subject', 'reference', 'Observation.subject', 'Patient'],
    ['Invoice', 'subject', 'reference', 'Invoice.subject', 'Patient'],
  ],
  { Observation: ['subject'], Patient: ['link'] },
);

const parse = (url: string): { type: string; where: SearchExpression } => {
  const [type = '', query = ''] = url.split(/\?(.*)/s);
  return { type, where: parseSearch(definitions, type, parseQuery(query), OPTIONS).where };
};
const where = (url: string): SearchExpression => parse(url).where;

interface Shown {
  readonly where: SearchExpression;
  readonly hidden?: readonly string[];
}

function policyOf(
  shown: Readonly<Record<string, readonly Shown[]>>,
): Pick<CompiledPolicy, 'rules' | 'where'> {
  const rules = new Map<string, readonly PolicyRule[]>(
    Object.entries(shown).map(([type, list]) => [
      type,
      list.map(({ where: own, hidden }, index) => ({
        id: `${type}#${index}`,
        interactions: new Set(['search'] as const),
        where: own,
        ...(hidden === undefined ? {} : { view: { hidden, masks: [], blockedParameters: [] } }),
      })),
    ]),
  );
  const rulesOf = (type: string): readonly PolicyRule[] => rules.get(type) ?? [];
  return {
    rules: rulesOf,
    where: (type) => or(...rulesOf(type).map((rule) => rule.where)),
  };
}

const guarded = (
  policy: Pick<CompiledPolicy, 'rules' | 'where'>,
  url: string,
  options?: FieldGuardOptions,
): SearchExpression => {
  const { type, where: asked } = parse(url);
  return guardFields(definitions, policy, type, asked, options);
};

const seen = where('Patient?gender=female');
const OPEN = policyOf({ Patient: [{ where: seen }], Observation: [{ where: ALL }] });
const CLOSED = policyOf({
  Patient: [{ where: ALL, hidden: ['birthDate'] }],
  Observation: [{ where: ALL, hidden: ['subject'] }],
  Invoice: [{ where: ALL }],
});
const HALF = policyOf({
  Patient: [{ where: ALL, hidden: ['birthDate'] }, { where: seen }],
  Observation: [{ where: ALL }],
});

describe('a policy without views', () => {
  test('changes nothing of conditions on the resource itself', () => {
    const asked = where('Patient?birthdate=1970&family:exact=x');
    expect(guardFields(definitions, OPEN, 'Patient', asked)).toEqual(asked);
  });

  test('[R-042] stands behind each link', () => {
    expect(guarded(OPEN, 'Observation?subject:Patient.family=x')).toMatchObject({
      kind: 'chain',
      where: { kind: 'and', operands: [{ param: 'family' }, { param: 'gender', code: 'female' }] },
    });
  });

  test('[R-042] what may not be searched is not there, however far behind', () => {
    expect(guarded(OPEN, 'Patient?_has:Invoice:subject:_id=x')).toEqual(NONE);
    expect(guarded(OPEN, 'Observation?subject:Patient._has:Invoice:subject:_id=x')).toEqual(NONE);
  });
});

describe('[R-040] where all rules hide an element', () => {
  test.each([
    'Patient?birthdate=1970',
    'Patient?birthdate:missing=true',
    'Patient?birthdate:missing=false',
    'Patient?gender:not=male&birthdate=ne1970',
    'Patient?_filter=not%20(birthdate%20gt%201970)',
    'Observation?code=x&subject=Patient/a',
    'Observation?subject:Patient.gender=male',
    'Observation?_compartment=Patient/a',
    'Patient?_has:Observation:subject:code=x',
    'Invoice?subject:Patient.birthdate=1970',
    'Invoice?subject:identifier=x',
    'Invoice?_lastUpdated=2026',
    'Patient?link:Patient._has:Observation:subject:code=x',
  ])('%s is refused', (url) => {
    expect(codeOf(() => guarded(CLOSED, url))).toBe('ACCESS_PARAMETER_BLOCKED');
  });

  test('a compartment that the server asks for is empty instead', () => {
    const url = 'Observation?_compartment=Patient/a';
    expect(guarded(CLOSED, url, { silent: 'compartments' })).toEqual(NONE);
    const asked = 'Observation?subject=Patient/a';
    expect(guarded(CLOSED, asked, { silent: 'all' })).toEqual(NONE);
    expect(codeOf(() => guarded(CLOSED, asked, { silent: 'compartments' }))).toBe(
      'ACCESS_PARAMETER_BLOCKED',
    );
  });

  test('except for what the rule itself demands: that is true of all it shows', () => {
    const own = where('Observation?subject=Patient/a');
    const policy = policyOf({ Observation: [{ where: own, hidden: ['subject'] }] });
    expect(guarded(policy, 'Observation?subject=Patient/a')).toEqual(own);
    expect(codeOf(() => guarded(policy, 'Observation?subject=Patient/b'))).toBe(
      'ACCESS_PARAMETER_BLOCKED',
    );
  });

  test('a patient is in their own compartment, whatever is hidden of their links', () => {
    const policy = policyOf({ Patient: [{ where: ALL, hidden: ['link'] }] });
    expect(guarded(policy, 'Patient?_compartment=Patient/a')).toEqual({ kind: 'id', ids: ['a'] });
  });
});

describe('[R-036] where a rule shows the element', () => {
  const born = where('Patient?birthdate=1970');

  test('the condition holds for what that rule shows', () => {
    expect(guarded(HALF, 'Patient?birthdate=1970')).toEqual({
      kind: 'and',
      operands: [seen, born],
    });
  });

  test('all others are as if they had no value', () => {
    const present = where('Patient?birthdate:missing=false');
    expect(guarded(HALF, 'Patient?birthdate:missing=true')).toEqual({
      kind: 'not',
      operand: { kind: 'and', operands: [seen, present] },
    });
    expect(guarded(HALF, 'Patient?_filter=not%20(birthdate%20eq%201970)')).toMatchObject({
      kind: 'not',
      operand: { kind: 'and', operands: [seen, { param: 'birthdate' }] },
    });
  });

  test('behind links as well', () => {
    expect(guarded(HALF, 'Observation?subject:Patient.birthdate=1970')).toMatchObject({
      kind: 'chain',
      where: { kind: 'and', operands: [seen, { param: 'birthdate' }] },
    });
  });
});

describe('the refusal', () => {
  test('names the parameter and the rules, a few of many', () => {
    const many = policyOf({
      Patient: Array.from({ length: 9 }, () => ({ where: ALL, hidden: ['birthDate'] })),
    });
    try {
      guarded(many, 'Patient?birthdate=1970');
      throw new TypeError('it was not refused');
    } catch (error) {
      const { text } = (error as { outcome: { issue: [{ details: { text: string } }] } }).outcome
        .issue[0].details;
      expect(text).toContain('birthdate of Patient');
      expect(text).toContain('(rule Patient#0, Patient#1, Patient#2, Patient#3, Patient#4, …)');
      expect(text).not.toContain('1970');
    }
  });
});
