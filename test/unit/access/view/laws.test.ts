import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CompiledPolicy, PolicyRule } from '../../../../src/access/policy.ts';
import { type JsonObject, projection } from '../../../../src/access/view/projection.ts';
import { type StructurePlan, structurePlans } from '../../../../src/definitions/structure-plan.ts';
import { testDefinitions } from '../../../support/definitions.ts';

const definitions = testDefinitions();
const plans = structurePlans(definitions);
const TYPES = ['Patient', 'Observation', 'Bundle'] as const;

/** A leaf of a resource: a text that occurs nowhere else, and the path of its element. */
interface Leaf {
  readonly text: string;
  readonly path: readonly string[];
}

/** What a policy may leave out beyond what it hides: copies of what may be hidden, and URLs of empty extensions. */
const COPIES = /^text\.|(?:^|\.)(?:display|identifier)(?:\..*)?$|xtension/;

/** A resource with texts in every place where there can be one, chosen by `pick`. */
function grow(type: string, pick: () => number): { resource: JsonObject; leaves: Leaf[] } {
  const leaves: Leaf[] = [];
  const object = (plan: StructurePlan, path: readonly string[], depth: number): JsonObject => {
    const found: Record<string, unknown> = {};
    for (const property of plan.properties.values()) {
      const own = [...path, property.name];
      if (property.kind === 'resource' || property.name === 'meta' || pick() < 0.5) continue;
      if (property.kind === 'complex') {
        if (depth === 3) continue;
        const items = (property.list ? [1, 2] : [1]).map(() =>
          object(property.content(), own, depth + 1),
        );
        const some = items.filter((item) => Object.keys(item).length > 0);
        if (some.length > 0) found[property.name] = property.list ? some : some[0];
      } else if (property.kind === 'text' || property.kind === 'xhtml') {
        const leaf = (): string => {
          const text = `canary${String(leaves.length)}.`;
          leaves.push({ text, path: own });
          return text;
        };
        found[property.name] = property.list ? [leaf(), leaf()] : leaf();
      }
    }
    return found;
  };
  const plan = plans(type) as StructurePlan;
  return { resource: { resourceType: type, ...object(plan, [], 0) }, leaves };
}

const choice = (name: string): string =>
  name.replace(/^(deceased|multipleBirth|effective|value|bounds)[A-Z].*/, '$1');

/** Paths of elements in some resources, cut off anywhere. */
function pathsOf(leaves: readonly Leaf[], pick: () => number): string[] {
  return leaves
    .filter(() => pick() < 0.15)
    .map(({ path }) => {
      const cut = path.slice(0, 1 + Math.floor(pick() * path.length));
      return cut.map((name) => (pick() < 0.5 ? name : choice(name))).join('.');
    })
    .filter((path) => !['id', 'resourceType'].includes(path));
}

function covers(hidden: string, path: readonly string[]): boolean {
  return hidden
    .replace(/xtension\.url$/, 'xtension')
    .split('.')
    .every((name, index) => name === path[index] || name === choice(path[index] ?? ''));
}

function policyOf(type: string, views: readonly (readonly string[])[]): CompiledPolicy {
  const rules = views.map(
    (hidden, index): PolicyRule => ({
      id: `p#${String(index)}`,
      interactions: new Set(['read']),
      where: { kind: 'all' },
      view: { hidden, masks: [], blockedParameters: [] },
    }),
  );
  return {
    rules: (asked) => (asked === type ? rules : []),
    where: () => ({ kind: 'all' }),
    aggregates: () => [],
    operation: () => undefined,
  };
}

function show(type: string, views: readonly (readonly string[])[], resource: JsonObject) {
  const policy = policyOf(type, views);
  const how = projection(policy, definitions, type, 'read');
  return how === undefined ? resource : how.project(policy.rules(type, 'read'))(resource);
}

/** Fractions from 0 to 1, the same for the same seed. */
function fractions(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const cases = fc.record({ type: fc.constantFrom(...TYPES), seed: fc.nat() });

describe('[R-038] laws of projection, for random resources and random hidden paths', () => {
  test('no text of a hidden element survives, and all others do', () => {
    fc.assert(
      fc.property(cases, ({ type, seed }) => {
        const pick = fractions(seed);
        const { resource, leaves } = grow(type, pick);
        const hidden = pathsOf(leaves, pick);
        fc.pre(hidden.length > 0);
        const text = JSON.stringify(show(type, [hidden], resource));
        const isHidden = ({ path }: Leaf) => hidden.some((one) => covers(one, path));
        const isThere = (leaf: Leaf) => text.includes(leaf.text);
        // Of what else is left out, other tests know.
        const isElse = ({ path }: Leaf) => COPIES.test(path.join('.'));
        expect(leaves.filter((leaf) => isHidden(leaf) && isThere(leaf))).toEqual([]);
        expect(leaves.filter((leaf) => !isHidden(leaf) && !isElse(leaf) && !isThere(leaf))).toEqual(
          [],
        );
      }),
      { numRuns: 150 },
    );
  });

  test('projecting twice changes nothing', () => {
    fc.assert(
      fc.property(cases, ({ type, seed }) => {
        const pick = fractions(seed);
        const { resource, leaves } = grow(type, pick);
        const views = [pathsOf(leaves, pick), pathsOf(leaves, pick)];
        const once = show(type, views, resource);
        expect(JSON.stringify(show(type, views, once))).toBe(JSON.stringify(once));
      }),
      { numRuns: 100 },
    );
  });

  test('another rule never shows less, and shows nothing that both hide', () => {
    fc.assert(
      fc.property(cases, ({ type, seed }) => {
        const pick = fractions(seed);
        const { resource, leaves } = grow(type, pick);
        const views = [pathsOf(leaves, pick), pathsOf(leaves, pick)];
        fc.pre(views.every((view) => view.length > 0));
        const [one, other] = views.map((view) => JSON.stringify(show(type, [view], resource)));
        const both = JSON.stringify(show(type, views, resource));
        for (const { text } of leaves) {
          const shown = one?.includes(text) === true || other?.includes(text) === true;
          expect(both.includes(text)).toBe(shown);
        }
      }),
      { numRuns: 100 },
    );
  });
});
