import { describe, expect, test } from '@jest/globals';
import { reduceExpression } from '../../../src/definitions/reduce-expression.ts';

const TYPES = new Set(['Patient', 'Observation', 'Condition', 'Resource', 'DomainResource']);

function reduced(expression: string, type: string): string {
  return reduceExpression(expression, type, (name) => TYPES.has(name));
}

describe('FHIR R4 SearchParameter.expression, reduced to one resource type', () => {
  test.each([
    [
      'a union keeps the branches of the type',
      'Condition.code | Observation.code',
      'Observation',
      'Observation.code',
    ],
    [
      'several branches of the type stay in order',
      'Observation.code | Observation.component.code',
      'Observation',
      'Observation.code | Observation.component.code',
    ],
    [
      'parentheses around a branch are dropped',
      '(Observation.value.ofType(Quantity)) | (Condition.onset.ofType(Age))',
      'Observation',
      'Observation.value.ofType(Quantity)',
    ],
    [
      'a path behind a union is distributed',
      '(Condition.subject | Observation.subject).where(resolve() is Patient)',
      'Observation',
      'Observation.subject.where(resolve() is Patient)',
    ],
    [
      'nested unions are split',
      '((Condition.a | Observation.a) | Observation.b).c',
      'Observation',
      'Observation.a.c | Observation.b.c',
    ],
    ['abstract types become the type', 'Resource.meta.tag', 'Patient', 'Patient.meta.tag'],
    [
      'a bar in a literal is no union',
      "Patient.name.where(use='a|b')",
      'Patient',
      "Patient.name.where(use='a|b')",
    ],
    [
      'a bar inside parentheses of a function is no union',
      'Patient.name.where(given | family)',
      'Patient',
      'Patient.name.where(given | family)',
    ],
    [
      'logic stays whole',
      'Patient.deceased.exists() and Patient.deceased != false',
      'Patient',
      'Patient.deceased.exists() and Patient.deceased != false',
    ],
    [
      'a path without a type belongs to any',
      "iif(priority = 'stat', 1, 2)",
      'Patient',
      "iif(priority = 'stat', 1, 2)",
    ],
    ['nothing of another type', 'Condition.code', 'Patient', ''],
    ['nothing of nothing', '', 'Patient', ''],
  ])('%s', (_, expression, type, expected) => {
    expect(reduced(expression, type)).toBe(expected);
  });
});
