import { describe, expect, test } from '@jest/globals';
import type { AccessPolicy } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { compilePolicy } from '../../../src/access/compile.ts';
import { decide, firstMatchingRule } from '../../../src/access/decide.ts';
import { POLICY_INTERACTIONS } from '../../../src/access/interactions.ts';
import { unionPolicies } from '../../../src/access/union.ts';
import { matches } from '../../../src/search/match.ts';
import { narrow } from '../../../src/search/rewriters/narrow.ts';
import {
  indexedResource,
  OBSERVATION,
  searchExpression,
} from '../../support/search-arbitraries.ts';
import { searchDefinitions } from '../../support/search-definitions.ts';

type Entry = NonNullable<AccessPolicy['resource']>[number];

const conditions = fc.constantFrom(
  'code=a',
  'code=b,A',
  'code:not=a',
  'status=s|a',
  'status=|b',
  'subject=%patient',
  'performer=%profile',
  '_compartment=%patient',
  'date=ge2024-05-01T02:00:00Z',
  'date:missing=true',
  'value-quantity=gt0||mg',
  '_id=1,abc',
  'subject=%nobody',
  'value-string=a',
  '_profile=http://example.org/a',
);
const entry: fc.Arbitrary<Entry> = fc
  .tuple(
    fc.constantFrom('Observation', '*', 'Patient'),
    fc.uniqueArray(conditions, { maxLength: 3 }),
    fc.option(fc.uniqueArray(fc.constantFrom(...POLICY_INTERACTIONS), { minLength: 1 }), {
      nil: undefined,
    }),
  )
  .map(([resourceType, list, interaction]) => {
    const all = resourceType === 'Patient' ? list.filter((text) => text.startsWith('_')) : list;
    return {
      resourceType,
      ...(all.length === 0 ? {} : { criteria: `${resourceType}?${all.join('&')}` }),
      ...(interaction === undefined ? {} : { interaction }),
    };
  });
const entries = fc.array(entry, { maxLength: 5 });
const interactions = fc.constantFrom(...POLICY_INTERACTIONS);
const resource = indexedResource(OBSERVATION);

function compile(resources: readonly Entry[]) {
  const policy: AccessPolicy = { resourceType: 'AccessPolicy', id: 'p', resource: [...resources] };
  return compilePolicy(searchDefinitions, [policy], { profile: 'Patient/1' });
}

describe('the laws of a policy', () => {
  test('[R-037] a narrowed search finds exactly what the search finds and a rule shows', () => {
    fc.assert(
      fc.property(
        searchExpression(OBSERVATION),
        entries,
        resource,
        interactions,
        (where, list, found, interaction) => {
          const policy = compile(list);
          const narrowed = narrow({ type: 'Observation', where }, policy, interaction);
          const visible =
            firstMatchingRule(policy.rules('Observation', interaction), found) !== undefined;
          expect(matches(narrowed, found)).toBe(matches(where, found) && visible);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('[R-031] a search without any rule for its type is nothing', () => {
    fc.assert(
      fc.property(searchExpression(OBSERVATION), (where) => {
        expect(narrow({ type: 'Observation', where }, compile([]))).toEqual({ kind: 'none' });
      }),
    );
  });

  test('an entry more never takes access away; an entry less never gives any', () => {
    fc.assert(
      fc.property(
        entries,
        entry,
        fc.nat(),
        resource,
        interactions,
        (list, added, at, found, interaction) => {
          const position = at % (list.length + 1);
          const more = [...list.slice(0, position), added, ...list.slice(position)];
          if (decide(compile(list), interaction, found) !== undefined) {
            expect(decide(compile(more), interaction, found)).toBeDefined();
          }
          if (decide(compile(more), interaction, found) === undefined) {
            expect(decide(compile(list), interaction, found)).toBeUndefined();
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('the rule that is named allows the access by itself', () => {
    fc.assert(
      fc.property(entries, resource, interactions, (list, found, interaction) => {
        const rule = decide(compile(list), interaction, found);
        if (rule === undefined) return;
        const only = list[Number(rule.id.slice('p#'.length))];
        expect(decide(compile(only === undefined ? [] : [only]), interaction, found)?.id).toBe(
          'p#0',
        );
      }),
      { numRuns: 2000 },
    );
  });

  test('the union of compiled policies allows what any of them allows', () => {
    fc.assert(
      fc.property(entries, entries, resource, interactions, (a, b, found, interaction) => {
        const [left, right] = [compile(a), compile(b)];
        const both = unionPolicies([left, right]);
        const expected = decide(left, interaction, found) ?? decide(right, interaction, found);
        expect(decide(both, interaction, found)?.id).toBe(expected?.id);
        expect(matches(both.where('Observation', interaction), found)).toBe(expected !== undefined);
      }),
      { numRuns: 1000 },
    );
  });
});
