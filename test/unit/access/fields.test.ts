import { describe, expect, test } from '@jest/globals';
import type { AccessPolicy } from '@medplum/fhirtypes';
import { compilePolicy } from '../../../src/access/compile.ts';
import {
  POLICY_AGGREGATE_EXTENSION,
  POLICY_BLOCKED_PARAMETER_EXTENSION,
  POLICY_MASK_EXTENSION,
} from '../../../src/access/policy-extensions.ts';
import { POLICY_INTERACTIONS } from '../../../src/access/interactions.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { structuredDefinitions } from '../../support/structures.ts';

const compile = (...resource: object[]) =>
  compilePolicy(
    structuredDefinitions,
    [{ resourceType: 'AccessPolicy', id: 'p', resource } as unknown as AccessPolicy],
    { profile: 'Patient/1' },
  );

function refusal(entry: object): string | undefined {
  try {
    compile(entry);
    return undefined;
  } catch (error) {
    return isFhirError(error) ? error.outcome.issue[0]?.details?.text : String(error);
  }
}

const mask = (path: string, kind: string) => ({
  url: POLICY_MASK_EXTENSION,
  extension: [
    { url: 'path', valueString: path },
    { url: 'kind', valueCode: kind },
  ],
});
const aggregate = (valuePositiveInt: unknown) => ({
  url: POLICY_AGGREGATE_EXTENSION,
  valuePositiveInt,
});

describe('what an entry says about fields', () => {
  test('[R-038] stands in its rules', () => {
    const policy = compile(
      {
        resourceType: 'Patient',
        hiddenFields: ['contact.name', 'deceased[x]'],
        readonlyFields: ['birthDate'],
        writeConstraint: [{ language: 'text/fhirpath', expression: '%after.active' }],
        extension: [
          mask('birthDate', 'year'),
          mask('address.postalCode', 'prefix-2'),
          { url: POLICY_BLOCKED_PARAMETER_EXTENSION, valueCode: 'address' },
        ],
      },
      { resourceType: 'Observation' },
    );
    expect(policy.rules('Patient', 'read')).toMatchObject([
      {
        id: 'p#0',
        view: {
          hidden: ['contact.name', 'deceased'],
          masks: [
            { path: 'birthDate', kind: 'year' },
            { path: 'address.postalCode', kind: 'prefix-2' },
          ],
          blockedParameters: ['address'],
        },
        readonlyFields: ['birthDate'],
        writeConstraint: ['%after.active'],
      },
    ]);
    const [plain] = policy.rules('Observation', 'read');
    expect(Object.keys(plain ?? {}).sort()).toEqual(['id', 'interactions', 'where']);
  });

  test('[R-038] of an entry for all types, each has what it knows', () => {
    const policy = compile({ resourceType: '*', hiddenFields: ['name', 'value', 'text'] });
    const hidden = (type: string) => policy.rules(type, 'search')[0]?.view?.hidden;
    expect(hidden('Patient')).toEqual(['name', 'text']);
    expect(hidden('Observation')).toEqual(['value', 'text']);
    expect(hidden('Organization')).toBeUndefined();
  });

  test('an entry for aggregates gives no interaction', () => {
    const policy = compile({
      resourceType: 'Observation',
      criteria: 'Observation?code=a',
      extension: [aggregate(5)],
    });
    for (const interaction of POLICY_INTERACTIONS) {
      expect(policy.rules('Observation', interaction)).toEqual([]);
      expect(policy.where('Observation', interaction)).toEqual({ kind: 'none' });
    }
    expect(policy.aggregates('Observation')).toMatchObject([
      { id: 'p#0', aggregateOnly: 5, where: { kind: 'token' } },
    ]);
    expect(policy.aggregates('Patient')).toEqual([]);
  });

  test.each([
    ['the id', { hiddenFields: ['id'] }, 'stands in the URL'],
    ['the whole meta', { hiddenFields: ['meta'] }, 'headers'],
    ['the version', { hiddenFields: ['meta.versionId'] }, 'ETag'],
    ['the instant, masked', { extension: [mask('meta.lastUpdated', 'year')] }, 'Last-Modified'],
    ['a year of a name', { extension: [mask('name.family', 'year')] }, 'does not fit'],
    ['a prefix of a date', { extension: [mask('birthDate', 'prefix-3')] }, 'does not fit'],
    ['a prefix of nothing', { extension: [mask('name.family', 'prefix-0')] }, 'unknown'],
    ['a year of a choice', { extension: [mask('deceased', 'year')] }, 'does not fit'],
    ['a mask without kind', { extension: [{ url: POLICY_MASK_EXTENSION }] }, 'needs one'],
    ['no number', { extension: [aggregate('5')] }, 'aggregate threshold'],
    ['a threshold of one', { extension: [aggregate(1)] }, 'aggregate threshold'],
    [
      'an aggregate to read',
      { extension: [aggregate(5)], interaction: ['read'] },
      'aggregates alone',
    ],
    ['an element of another type', { hiddenFields: ['valueQuantity'] }, '"valueQuantity"'],
    ['an element in a contained resource', { hiddenFields: ['contained.name'] }, 'no such element'],
  ])('%s is refused', (_what, more, reason) => {
    expect(refusal({ resourceType: 'Patient', ...more })).toContain(reason);
  });

  test('[R-038] meta.security can be hidden', () => {
    expect(refusal({ resourceType: 'Patient', hiddenFields: ['meta.security'] })).toBeUndefined();
  });
});
