import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { POLICY_INTERACTIONS } from '../../../src/access/interactions.ts';
import type { CompiledPolicy, PolicyInteraction } from '../../../src/access/policy.ts';
import { narrowToScopes, resourceScopes } from '../../../src/access/scopes.ts';
import { compilePolicy } from '../../../src/access/compile.ts';
import { NO_RESOURCES } from '../../../src/access/smart-scope.ts';
import { ALL, NONE, or } from '../../../src/search/expression.ts';
import type { IndexedResource } from '../../../src/search/index-values.ts';
import { matches } from '../../../src/search/match.ts';
import { simplify } from '../../../src/search/rewriters/simplify.ts';
import { where as criterion } from '../../support/search.ts';
import { structuredDefinitions } from '../../support/structures.ts';
import { searchDefinitions } from '../../support/search-definitions.ts';

const EVERYTHING: CompiledPolicy = {
  rules: (_type, interaction) => [
    { id: 'all#0', interactions: new Set([interaction]), where: ALL },
  ],
  where: () => ALL,
  aggregates: () => [],
  operation: (name) => `all#operation:${name}`,
};

const PATIENT = 'Patient/p';
const narrow = (scope: string, profile = PATIENT): CompiledPolicy =>
  narrowToScopes(searchDefinitions, EVERYTHING, resourceScopes(scope), profile);

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
    'patient/Observation.sr',
    'patient/Observation.',
    'patient/Observation.rx',
    'patient/observation.rs',
    'patient/.rs',
    'patient/Observation',
    'patient/',
    NO_RESOURCES,
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

  test('patient/ covers nothing for an identity that is no Patient and has no launch context', () => {
    expect(left('patient/*.cruds', 'Observation', 'Practitioner/p')).toEqual([]);
    expect(left('user/*.rs', 'Observation', 'Practitioner/p')).not.toEqual([]);
  });

  test('[R-031] SMART 2.2 launch context: patient/ is the compartment of the patient of the launch', () => {
    const launched = (scope: string): CompiledPolicy =>
      narrowToScopes(
        searchDefinitions,
        EVERYTHING,
        resourceScopes(scope),
        'Practitioner/p',
        'Patient/about',
      );
    const policy = launched('patient/*.rs user/Condition.r');
    const about = { kind: 'compartment', patient: 'about' };
    expect(policy.where('Observation', 'read')).toEqual(about);
    expect(policy.where('Patient', 'search')).toEqual(about);
    expect(policy.where('Observation', 'create')).toEqual(NONE);
    expect(policy.where('Condition', 'read')).toEqual(ALL);
    expect(launched('patient/*.cruds').operation('x')).toBeUndefined();
    const observations = launched('patient/Observation.rs?status=final');
    expect(observations.where('Observation', 'search').kind).toBe('and');
    expect(observations.where('Patient', 'search')).toEqual(NONE);
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
      aggregates: () => [],
      operation: () => undefined,
    };
    const policy = narrowToScopes(
      searchDefinitions,
      nothing,
      resourceScopes('system/*.cruds'),
      PATIENT,
    );
    expect(policy.rules('Observation', 'read')).toEqual([]);
    expect(policy.where('Observation', 'read').kind).toBe('none');
    expect(policy.operation('x')).toBeUndefined();
  });

  test('the same scopes in another order are the same', () => {
    expect(resourceScopes('user/B.r openid user/A.r user/B.r')).toEqual(['user/A.r', 'user/B.r']);
  });
});

describe('SMART App Launch 2.2, scopes with a search', () => {
  const where = (scope: string, type = 'Observation', interaction: PolicyInteraction = 'search') =>
    narrow(scope).where(type, interaction);
  const LABORATORY = 'http://terminology.hl7.org/CodeSystem/observation-category|laboratory';

  test('[R-031] narrow what they cover to what the search finds', () => {
    const found = criterion(`Observation?code=${LABORATORY}`);
    expect(where(`patient/Observation.rs?code=${LABORATORY}`)).toEqual(found);
    expect(where(`patient/Observation.rs?code=${LABORATORY}`, 'Observation', 'read')).toEqual(
      found,
    );
    expect(where(`patient/Observation.rs?code=${LABORATORY}`, 'Observation', 'create')).toEqual(
      NONE,
    );
    expect(where(`patient/Observation.rs?code=${LABORATORY}`, 'Patient')).toEqual(NONE);
  });

  test('several are alternatives, several conditions of one must all hold', () => {
    expect(where('patient/Observation.s?code=a patient/Observation.s?status=final&code=b')).toEqual(
      simplify(or(criterion('Observation?code=a'), criterion('Observation?status=final&code=b'))),
    );
  });

  test('a scope without a search covers all beside one with', () => {
    expect(where('patient/Observation.s?code=a patient/Observation.s')).toEqual(ALL);
    expect(where('patient/Observation.s?code=a patient/*.s')).toEqual(ALL);
  });

  test('for all types, the search finds nothing of those that lack the parameter', () => {
    expect(where('patient/*.s?code=a')).toEqual(criterion('Observation?code=a'));
    expect(where('patient/*.s?code=a', 'Patient')).toEqual(NONE);
  });

  test.each([
    'patient/Observation.rs?',
    'patient/Observation.rs?code',
    'patient/Observation.rs?code=',
    'patient/Observation.rs?code:not=a',
    'patient/Observation.rs?code:text=a',
    'patient/Observation.rs?patient.name=a',
    'patient/Observation.rs?_has:Observation:patient:code=a',
    'patient/Observation.rs?_filter=code%20eq%20a',
    'patient/Observation.rs?_count=1',
    'patient/Observation.rs?nix=a',
    'patient/Observation.rs?code=a&nix=a',
    'patient/Observation.rs?code=%C3',
    'patient/Observation.rs?date=yesterday',
    'patient/Observation.read?code=a',
    'patient/Observation.*?code=a',
    `patient/Observation.rs?code=${'a'.repeat(1_000)}`,
  ])('%s cannot be held to, so it covers nothing', (scope) => {
    expect(left(scope)).toEqual([]);
    expect(narrow(scope).aggregates('Observation')).toEqual([]);
  });

  test('[R-040] a search by what a rule hides finds nothing by that rule: a scope is no way to ask', () => {
    const policy = compilePolicy(
      structuredDefinitions,
      [
        {
          resourceType: 'AccessPolicy',
          id: 'p',
          resource: [
            {
              resourceType: 'Patient',
              criteria: 'Patient?active=true',
              hiddenFields: ['name'],
            },
            { resourceType: 'Patient', criteria: 'Patient?gender=male' },
          ],
        },
      ],
      { profile: PATIENT },
    );
    const scopes = resourceScopes('user/Patient.rs?name=smith');
    const rules = narrowToScopes(structuredDefinitions, policy, scopes, PATIENT).rules(
      'Patient',
      'read',
    );
    expect(rules.map(({ id }) => id)).toEqual(['p#1']);
  });

  test('operations need everything without a search', () => {
    expect(narrow('patient/*.cruds?_id=a').operation('x')).toBeUndefined();
    expect(narrow('patient/*.cruds?_id=a patient/*.cruds').operation('x')).toBeDefined();
  });

  test('[R-031] whatever the scopes, no resource is reached that the policy does not allow', () => {
    const scope = fc
      .tuple(
        fc.constantFrom('patient', 'user'),
        fc.constantFrom('*', 'Observation', 'Patient'),
        fc.constantFrom('rs', 'cruds', 's', 'read', '*'),
        fc.constantFrom('', '?code=a', '?status=final', '?gender=male', '?nix=a'),
      )
      .map(([context, type, letters, search]) => `${context}/${type}.${letters}${search}`);
    fc.assert(
      fc.property(fc.array(scope, { minLength: 1, maxLength: 4 }), scope, (scopes, more) => {
        const policy = compilePolicy(
          searchDefinitions,
          [
            {
              resourceType: 'AccessPolicy',
              id: 'p',
              resource: [{ resourceType: 'Observation', criteria: 'Observation?code=a,b' }],
            },
          ],
          { profile: PATIENT },
        );
        const of = (list: readonly string[]) =>
          narrowToScopes(searchDefinitions, policy, resourceScopes(list.join(' ')), PATIENT);
        for (const code of ['a', 'b', 'c']) {
          for (const status of ['final', 'amended']) {
            const resource = {
              type: 'Observation',
              id: 'o',
              lastUpdated: 0,
              patients: [],
              values: [
                { param: 'code', kind: 'token', code },
                { param: 'status', kind: 'token', code: status },
              ],
            } as unknown as IndexedResource;
            const allowed = matches(policy.where('Observation', 'search'), resource);
            const few = matches(of(scopes).where('Observation', 'search'), resource);
            const many = matches(of([...scopes, more]).where('Observation', 'search'), resource);
            expect(!few || allowed).toBe(true);
            expect(!few || many).toBe(true);
          }
        }
      }),
    );
  });
});
