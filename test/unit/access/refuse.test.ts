import { describe, expect, test } from '@jest/globals';
import type { AccessPolicy } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { compilePolicy } from '../../../src/access/compile.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { searchDefinitions } from '../../support/search-definitions.ts';
import { codeOf } from '../../support/search.ts';

const compile = (policy: unknown) =>
  compilePolicy(searchDefinitions, [policy as AccessPolicy], { profile: 'Patient/1' });
const withEntry = (entry: unknown) => ({
  resourceType: 'AccessPolicy',
  id: 'p',
  resource: [entry],
});

describe('what could not be enforced makes the whole policy invalid', () => {
  test.each<[string, unknown]>([
    ['a hidden element that is not there', { resourceType: 'Patient', hiddenFields: ['nix'] }],
    ['no hidden element', { resourceType: 'Patient', hiddenFields: [] }],
    ['a readonly element that is not there', { resourceType: 'Patient', readonlyFields: ['nix'] }],
    [
      'a constraint in no language',
      { resourceType: 'Patient', writeConstraint: [{ expression: 'true' }] },
    ],
    [
      'a constraint in CQL',
      { resourceType: 'Patient', writeConstraint: [{ language: 'text/cql', expression: 'true' }] },
    ],
    [
      'a constraint without expression',
      { resourceType: 'Patient', writeConstraint: [{ language: 'text/fhirpath' }] },
    ],
    [
      'an unknown extension of an entry',
      { resourceType: 'Patient', extension: [{ url: 'http://x', valueCode: 'a' }] },
    ],
    ['a misspelt element', { resourceType: 'Patient', critera: 'Patient?gender=male' }],
    ['a modifier extension', { resourceType: 'Patient', modifierExtension: [] }],
    ['no resourceType', { criteria: 'Patient?gender=male' }],
    ['an unknown resourceType', { resourceType: 'Patiend' }],
    ['a protected resourceType', { resourceType: 'Login' }],
    ['an unknown interaction', { resourceType: 'Patient', interaction: ['read', 'reed'] }],
    ['an empty interaction', { resourceType: 'Patient', interaction: [] }],
    ['criteria of another type', { resourceType: 'Patient', criteria: 'Observation?code=a' }],
    ['criteria without a condition', { resourceType: 'Patient', criteria: 'Patient?' }],
    ['criteria without a question mark', { resourceType: 'Patient', criteria: 'Patient' }],
    ['criteria that is no string', { resourceType: 'Patient', criteria: null }],
    ['an empty condition', { resourceType: 'Patient', criteria: 'Patient?gender=' }],
    [
      'one empty condition of two',
      { resourceType: 'Patient', criteria: 'Patient?gender=male&name=' },
    ],
    ['a condition of commas', { resourceType: 'Patient', criteria: 'Patient?gender=,' }],
    ['an unknown parameter', { resourceType: 'Patient', criteria: 'Patient?genda=male' }],
    ['an unknown parameter of all types', { resourceType: '*', criteria: '*?genda=male' }],
    ['an unknown modifier', { resourceType: 'Patient', criteria: 'Patient?gender:in=x' }],
    ['a chain', { resourceType: 'Observation', criteria: 'Observation?subject:Patient.name=x' }],
    ['_has', { resourceType: 'Patient', criteria: 'Patient?_has:Observation:patient:code=x' }],
    ['a control parameter', { resourceType: 'Patient', criteria: 'Patient?gender=male&_count=1' }],
    ['malformed encoding', { resourceType: 'Patient', criteria: 'Patient?name=%C3' }],
    [
      'an unknown property of a variable',
      { resourceType: 'Patient', criteria: 'Patient?_id=%patient.identifier' },
    ],
    [
      'a foreign compartment',
      { resourceType: 'Observation', compartment: { reference: 'Organization/1' } },
    ],
    [
      'too many conditions',
      { resourceType: 'Patient', criteria: `Patient?${'name=a&'.repeat(501)}` },
    ],
    ['no object', 'Patient'],
  ])('%s', (_what, entry) => {
    expect(codeOf(() => compile(withEntry(entry)))).toBe('POLICY_INVALID');
    expect(
      codeOf(() =>
        compile({
          ...withEntry({ resourceType: 'Patient' }),
          resource: [{ resourceType: 'Patient' }, entry],
        }),
      ),
    ).toBe('POLICY_INVALID');
  });

  test.each<[string, unknown]>([
    [
      'ipAccessRule by a prefix',
      {
        resourceType: 'AccessPolicy',
        id: 'p',
        ipAccessRule: [{ name: 'a', value: '10.1', action: 'block' }],
      },
    ],
    [
      'compartment of the policy',
      { resourceType: 'AccessPolicy', id: 'p', compartment: { reference: 'Organization/1' } },
    ],
    ['an unknown element', { resourceType: 'AccessPolicy', id: 'p', resources: [] }],
    [
      'an unknown extension',
      { resourceType: 'AccessPolicy', id: 'p', extension: [{ url: 'http://x', valueCode: 'a' }] },
    ],
    ['no id', { resourceType: 'AccessPolicy', resource: [] }],
    ['another resource', { resourceType: 'Patient', id: 'p' }],
    ['nothing', null],
  ])('%s', (_what, policy) => {
    expect(codeOf(() => compile(policy))).toBe('POLICY_INVALID');
  });

  test('the reason names the entry', () => {
    try {
      compile({
        ...withEntry(null),
        resource: [{ resourceType: 'Patient' }, { resourceType: 'Patient', hiddenFields: ['x'] }],
      });
      throw new TypeError('it was compiled');
    } catch (error) {
      expect(error).toMatchObject({
        outcome: {
          issue: [
            {
              details: {
                text: 'The AccessPolicy p cannot be enforced: resource[1]: hiddenFields "x": there is no such element',
              },
              expression: ['AccessPolicy.resource[1]'],
            },
          ],
        },
      });
    }
  });

  test('any JSON is compiled or refused with a FhirError', () => {
    const fields = fc.constantFrom(
      'resourceType',
      'criteria',
      'interaction',
      'readonly',
      'compartment',
      'id',
      'x',
    );
    const values = fc.oneof(
      fc.constantFrom('Patient', '*', 'Patient?name=%patient', '*?_compartment=%x'),
      fc.jsonValue(),
    );
    const policies = fc.record({
      resourceType: fc.constantFrom('AccessPolicy', 'Patient'),
      id: fc.oneof(fc.constant('p'), fc.jsonValue()),
      resource: fc.oneof(fc.array(fc.dictionary(fields, values)), fc.jsonValue()),
    });
    fc.assert(
      fc.property(fc.oneof(policies, fc.jsonValue()), (policy) => {
        try {
          compile(policy);
        } catch (error) {
          if (!isFhirError(error)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
