import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CompiledPolicy, PolicyRule } from '../../../src/access/policy.ts';
import { ALL, NONE } from '../../../src/search/expression.ts';
import { type PolicyPart, standings } from '../../../src/identity/standing.ts';

const INTERACTIONS = new Set(['read'] as const);

function policyOf(id: string): CompiledPolicy {
  const rule: PolicyRule = { id: `${id}#0`, interactions: INTERACTIONS, where: ALL };
  return {
    rules: (_type, interaction) => (interaction === 'read' ? [rule] : []),
    where: (_type, interaction) => (interaction === 'read' ? ALL : NONE),
    aggregates: () => [],
    operation: () => undefined,
  };
}

const part = (role: string, more: Partial<PolicyPart['conditions']> = {}): PolicyPart => ({
  role,
  policy: policyOf(role),
  conditions: { acr: [], ip: [], ...more },
  periods: [],
});
const same = (policy: CompiledPolicy): CompiledPolicy => policy;
const ids = (policy: CompiledPolicy) => policy.rules('Patient', 'read').map(({ id }) => id);

describe('the policies that hold at a moment', () => {
  test('without conditions are made once', () => {
    const standing = standings([part('a'), part('b')], same);
    const first = standing({ now: 0, machine: false });
    expect(standing({ now: 1, machine: false, acr: 'x', address: '::1' })).toBe(first);
    expect(first.roles).toEqual(['a', 'b']);
    expect(first).not.toHaveProperty('withheld');
  });

  const conditions = fc.record({
    acr: fc.subarray(['one', 'two']),
    period: fc.option(fc.record({ start: fc.nat(50), end: fc.integer({ min: 51, max: 100 }) }), {
      nil: undefined,
    }),
  });
  const circumstances = fc.record(
    { now: fc.nat(110), machine: fc.boolean(), acr: fc.constantFrom('one', 'two', 'three') },
    { requiredKeys: ['now', 'machine'] },
  );

  test('[R-015] are those whose period runs and whose demand is met, whatever was asked before', () => {
    fc.assert(
      fc.property(
        fc.array(conditions, { maxLength: 4 }),
        fc.array(circumstances, { minLength: 1, maxLength: 6 }),
        (given, moments) => {
          const parts = given.map(({ acr, period }, i) =>
            part(`p${i}`, { acr, ...(period && { period }) }),
          );
          const standing = standings(parts, same);
          for (const moment of moments) {
            const running = given.map(
              ({ period }) =>
                period === undefined || (moment.now >= period.start && moment.now < period.end),
            );
            const met = given.map(
              ({ acr }) =>
                acr.length === 0 ||
                moment.machine ||
                (moment.acr !== undefined && acr.includes(moment.acr as 'one')),
            );
            const expected = parts.flatMap(({ role }, i) => (running[i] && met[i] ? [role] : []));
            const waiting = parts.flatMap(({ role }, i) => (running[i] && !met[i] ? [role] : []));
            const { roles, policy, withheld } = standing(moment);
            expect(roles).toEqual(expected);
            expect(ids(policy)).toEqual(expected.map((role) => `${role}#0`));
            expect(withheld === undefined).toBe(waiting.length === 0);
            if (withheld !== undefined) {
              expect([...ids(withheld.policy)].sort()).toEqual(
                [...expected, ...waiting].map((role) => `${role}#0`).sort(),
              );
            }
          }
        },
      ),
    );
  });

  test('a policy more never takes away what another gives', () => {
    fc.assert(
      fc.property(
        fc.array(conditions, { maxLength: 4 }),
        conditions,
        circumstances,
        (some, more, moment) => {
          const parts = (list: typeof some) =>
            list.map(({ acr, period }, i) => part(`p${i}`, { acr, ...(period && { period }) }));
          const fewer = standings(parts(some), same)(moment);
          const all = standings(parts([...some, more]), same)(moment);
          expect(ids(all.policy)).toEqual(expect.arrayContaining([...ids(fewer.policy)]));
        },
      ),
    );
  });

  test('a network that is not admitted leaves nothing, and where the server acts by itself none is asked', () => {
    const block = { name: 'n', action: 'block' as const, network: '*' as const };
    const standing = standings([part('a', { ip: [block] }), part('b')], same);
    const barred = standing({ now: 0, machine: false, address: '192.0.2.1' });
    expect(barred).toMatchObject({ barred: true, roles: [] });
    expect(ids(barred.policy)).toEqual([]);
    expect(standing({ now: 0, machine: false }).roles).toEqual(['a', 'b']);
  });
});
