import { describe, expect, test } from '@jest/globals';
import type { AccessPolicy } from '@medplum/fhirtypes';
import { compilePolicy } from '../../../src/access/compile.ts';
import { POLICY_OPERATION_EXTENSION } from '../../../src/access/operation-extension.ts';
import { ALL, NONE } from '../../../src/search/expression.ts';
import { searchDefinitions } from '../../support/search-definitions.ts';
import { where } from '../../support/search.ts';

type Entries = NonNullable<AccessPolicy['resource']>;

const policy = (resource: Entries, id = 'p'): AccessPolicy => ({
  resourceType: 'AccessPolicy',
  id,
  resource,
});
const compile = (policies: AccessPolicy[], parameters = { profile: 'Patient/1' }) =>
  compilePolicy(searchDefinitions, policies, parameters);

describe('an AccessPolicy', () => {
  test('[R-031] without any entry nothing is allowed: no type, no interaction, no operation', () => {
    for (const compiled of [compile([]), compile([{ resourceType: 'AccessPolicy', id: 'p' }])]) {
      for (const type of [...searchDefinitions.resourceTypes, 'Nope']) {
        expect(compiled.rules(type, 'read')).toEqual([]);
        expect(compiled.where(type, 'search')).toEqual(NONE);
      }
      expect(compiled.operation('redeem-activation-code')).toBeUndefined();
    }
  });

  test('[R-031] SearchParameter and StructureDefinition are not implied, nor other interactions', () => {
    const compiled = compile([policy([{ resourceType: 'Patient', interaction: ['read'] }])]);
    expect(compiled.rules('Patient', 'read').map(({ id }) => id)).toEqual(['p#0']);
    for (const interaction of [
      'create',
      'vread',
      'update',
      'delete',
      'search',
      'history',
    ] as const) {
      expect(compiled.rules('Patient', interaction)).toEqual([]);
    }
    expect(compiled.rules('Observation', 'read')).toEqual([]);
  });

  test('entries of all policies are a union, in order, each under its own id', () => {
    const compiled = compile([
      policy(
        [
          { resourceType: 'Patient', criteria: 'Patient?gender=male' },
          { resourceType: 'Organization' },
        ],
        'a',
      ),
      policy([{ resourceType: 'Patient', criteria: 'Patient?active=true' }], 'b'),
    ]);
    expect(compiled.rules('Patient', 'search').map(({ id }) => id)).toEqual(['a#0', 'b#0']);
    expect(compiled.where('Patient', 'search')).toEqual({
      kind: 'or',
      operands: [where('Patient?active=true'), where('Patient?gender=male')],
    });
    expect(compiled.where('Organization', 'delete')).toEqual(ALL);
  });

  test('readonly, the old flag, allows reading only, whatever interaction says', () => {
    // Spread, because Medplum's type warns of the flag where it is written.
    const old = { readonly: true };
    const compiled = compile([
      policy([
        { resourceType: 'Patient', ...old },
        { resourceType: 'Organization', ...old, interaction: ['read', 'update'] },
      ]),
    ]);
    expect([...(compiled.rules('Patient', 'read')[0]?.interactions ?? [])].sort()).toEqual([
      'history',
      'read',
      'search',
      'vread',
    ]);
    expect(compiled.rules('Organization', 'update')).toEqual([]);
    expect(compiled.rules('Organization', 'read')).toHaveLength(1);
  });

  test('* reaches clinical types, never those with identities, secrets, code or policies', () => {
    const compiled = compile([policy([{ resourceType: '*' }])]);
    for (const type of ['Patient', 'Observation', 'AuditEvent']) {
      expect(compiled.where(type, 'read')).toEqual(ALL);
    }
    for (const type of [
      'AccessPolicy',
      'ProjectMembership',
      'User',
      'ClientApplication',
      'Bot',
      'Login',
    ]) {
      expect(compiled.where(type, 'read')).toEqual(NONE);
    }
    expect(compile([policy([{ resourceType: 'User' }])]).where('User', 'read')).toEqual(ALL);
  });

  test('* with criteria applies where the type has the parameters', () => {
    const compiled = compile([policy([{ resourceType: '*', criteria: '*?patient=%patient' }])]);
    expect(compiled.where('Observation', 'read')).toEqual(where('Observation?patient=Patient/1'));
    expect(compiled.where('Patient', 'read')).toEqual(NONE);
  });

  test('the deprecated compartment of an entry narrows like criteria', () => {
    const entry = { resourceType: 'Observation', compartment: { reference: '%patient' } };
    expect(compile([policy([entry])]).where('Observation', 'read')).toEqual(
      where('Observation?_compartment=Patient/1'),
    );
    expect(
      compile([policy([{ ...entry, criteria: 'Observation?code=a' }])]).where(
        'Observation',
        'read',
      ),
    ).toEqual(where('Observation?_compartment=Patient/1&code=a'));
  });

  test('operations are named by the extension; the star stands for all', () => {
    const allow = (valueCode: string): AccessPolicy => ({
      resourceType: 'AccessPolicy',
      id: 'r',
      extension: [{ url: POLICY_OPERATION_EXTENSION, valueCode }],
    });
    const one = compile([allow('redeem-activation-code')]);
    expect(one.operation('redeem-activation-code')).toBe('r#operation:redeem-activation-code');
    expect(one.operation('gkv-billing-status')).toBeUndefined();
    expect(one.operation('*')).toBeUndefined();
    expect(compile([allow('*')]).operation('anything')).toBe('r#operation:*');
  });
});
