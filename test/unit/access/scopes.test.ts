import { describe, expect, test } from '@jest/globals';
import { POLICY_INTERACTIONS } from '../../../src/access/interactions.ts';
import type { CompiledPolicy, PolicyInteraction } from '../../../src/access/policy.ts';
import { narrowToScopes, resourceScopes } from '../../../src/access/scopes.ts';
import { ALL } from '../../../src/search/expression.ts';

const EVERYTHING: CompiledPolicy = {
  rules: (_type, interaction) => [
    { id: 'all#0', interactions: new Set([interaction]), where: ALL },
  ],
  where: () => ALL,
  operation: (name) => `all#operation:${name}`,
};

const PATIENT = 'Patient/p';
const narrow = (scope: string, profile = PATIENT): CompiledPolicy =>
  narrowToScopes(EVERYTHING, resourceScopes(scope), profile);

/** What is left of everything, for one type. */
function left(scope: string, type = 'Observation', profile = PATIENT): readonly string[] {
  const policy = narrow(scope, profile);
  const byRules = POLICY_INTERACTIONS.filter((code) => policy.rules(type, code).length > 0);
  const byWhere = POLICY_INTERACTIONS.filter((code) => policy.where(type, code).kind !== 'none');
  expect(byRules).toEqual(byWhere);
  return byRules;
}

const of = (...interactions: PolicyInteraction[]): readonly string[] =>
  POLICY_INTERACTIONS.filter((code) => interactions.includes(code));

describe('SMART App Launch 2.2, scopes for requesting FHIR resources', () => {
  test.each([
    ['patient/Observation.c', of('create')],
    ['patient/Observation.r', of('read', 'vread', 'history')],
    ['patient/Observation.u', of('update')],
    ['user/Observation.d', of('delete')],
    ['system/Observation.s', of('search')],
    ['patient/*.rs', of('read', 'vread', 'history', 'search')],
    ['patient/Observation.cruds', POLICY_INTERACTIONS],
    ['patient/Observation.read', of('read', 'vread', 'history', 'search')],
    ['patient/Observation.write', of('create', 'update', 'delete')],
    ['patient/Observation.*', POLICY_INTERACTIONS],
    ['user/*.*', POLICY_INTERACTIONS],
    ['patient/Observation.r patient/Observation.c', of('create', 'read', 'vread', 'history')],
  ])('[R-031] %s covers %j', (scope, interactions) => {
    expect(left(scope)).toEqual(interactions);
  });

  test('[R-031] a type that no scope names is denied', () => {
    expect(left('patient/Observation.cruds', 'Patient')).toEqual([]);
    expect(left('patient/Observation.cruds openid launch/patient', 'Condition')).toEqual([]);
  });

  test.each([
    'patient/Observation.rs?category=laboratory',
    'patient/Observation.sr',
    'patient/Observation.',
    'patient/Observation.rx',
    'patient/observation.rs',
    'patient/.rs',
    'patient/Observation',
    'patient/',
  ])(
    '%s is not understood, so it covers nothing, and does not fall back to everything',
    (scope) => {
      expect(left(scope)).toEqual([]);
      expect(narrow(scope).operation('x')).toBeUndefined();
    },
  );

  test('without a scope about resources the policy is as it was', () => {
    for (const scope of ['', 'openid fhirUser', 'launch/patient offline_access']) {
      expect(narrow(scope)).toBe(EVERYTHING);
    }
  });

  test('patient/ covers nothing for an identity that is no Patient', () => {
    expect(left('patient/*.cruds', 'Observation', 'Practitioner/p')).toEqual([]);
    expect(left('user/*.rs', 'Observation', 'Practitioner/p')).not.toEqual([]);
  });

  test('operations need a scope for everything', () => {
    expect(narrow('patient/*.cruds').operation('x')).toBe('all#operation:x');
    expect(narrow('patient/*.read patient/*.write').operation('x')).toBe('all#operation:x');
    expect(narrow('patient/*.rs').operation('x')).toBeUndefined();
    expect(narrow('patient/Observation.cruds').operation('x')).toBeUndefined();
  });

  test('a scope never widens', () => {
    const nothing: CompiledPolicy = {
      rules: () => [],
      where: () => ({ kind: 'none' }),
      operation: () => undefined,
    };
    const policy = narrowToScopes(nothing, resourceScopes('system/*.cruds'), PATIENT);
    expect(policy.rules('Observation', 'read')).toEqual([]);
    expect(policy.where('Observation', 'read').kind).toBe('none');
    expect(policy.operation('x')).toBeUndefined();
  });

  test('the same scopes in another order are the same', () => {
    expect(resourceScopes('user/B.r openid user/A.r user/B.r')).toEqual(['user/A.r', 'user/B.r']);
  });
});
