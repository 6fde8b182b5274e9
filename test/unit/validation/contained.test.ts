import { describe, expect, test } from '@jest/globals';
import type { OperationOutcome } from '@medplum/fhirtypes';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { createValidator } from '../../../src/fhir/validation/validator.ts';
import { testDefinitions } from '../../support/definitions.ts';

const validate = createValidator(testDefinitions());

function issuesOf(resource: unknown): OperationOutcome['issue'] {
  try {
    validate(resource);
    return [];
  } catch (error) {
    if (!isFhirError(error)) throw error;
    return error.outcome.issue;
  }
}

/** An Observation that contains as many Patients, all referred to. */
function containing(count: number, prefix = 'c'): object {
  const ids = Array.from({ length: count }, (_, at) => `${prefix}${String(at)}`);
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    contained: ids.map((id) => ({ resourceType: 'Patient', id })),
    performer: ids.map((id) => ({ reference: `#${id}` })),
  };
}

describe('FHIR R4 references#contained: how many resources one contains', () => {
  test('a thousand are allowed', () => {
    expect(issuesOf(containing(1_000))).toEqual([]);
  });

  test('one more is one issue, at the first that is too many', () => {
    const issues = issuesOf(containing(1_003));
    expect(issues.map(({ code, expression }) => [code, expression])).toEqual([
      ['too-long', ['Observation.contained[1000]']],
    ]);
  });

  test('each resource of a Bundle contains for itself', () => {
    const entry = ['a', 'b', 'c'].map((prefix) => ({ resource: containing(600, prefix) }));
    expect(issuesOf({ resourceType: 'Bundle', type: 'collection', entry })).toEqual([]);
  });

  test('two hundred thousand with as many references take no quadratic time', () => {
    const resource = containing(200_000);
    // Processor time: others may use the machine.
    const started = process.cpuUsage();
    expect(issuesOf(resource)).toHaveLength(1);
    expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
  });
});
