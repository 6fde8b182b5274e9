import { beforeAll, describe, expect, test } from '@jest/globals';
import fc, { type Arbitrary } from 'fast-check';
import type { CompiledPolicy, PolicyRule } from '../../../src/access/policy.ts';
import type { FieldView } from '../../../src/access/view/field-view.ts';
import type { Definitions } from '../../../src/definitions/model.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { and, NONE, or, type SearchExpression } from '../../../src/search/expression.ts';
import { createIndexExtractor } from '../../../src/search/extract/extractor.ts';
import type { IndexedResource, IndexExtractor } from '../../../src/search/index-values.ts';
import { matches, type SearchWorld } from '../../../src/search/match.ts';
import { parseSearch } from '../../../src/search/parse.ts';
import { parseQuery } from '../../../src/search/parse-query.ts';
import { guardFields } from '../../../src/search/rewriters/guard-fields.ts';
import { realDefinitions } from '../../support/clinical-store.ts';
import { without } from '../../support/full-resources.ts';
import {
  WORLD_BASE,
  WORLD_TYPES,
  type WorldResource,
  world,
  worldSearch,
  type WorldType,
} from '../../support/search-world.ts';

/** Elements that may be hidden, each with all that some parameters look at, so that these have no value without it. */
const HIDEABLE: Readonly<Record<WorldType, readonly string[]>> = {
  Organization: ['name', 'active', 'partOf'],
  Practitioner: ['name', 'identifier'],
  Patient: ['name', 'identifier', 'gender', 'birthDate', 'managingOrganization'],
  Encounter: ['subject', 'period', 'participant', 'serviceProvider', 'partOf'],
  Observation: ['code', 'subject', 'encounter', 'performer', 'valueQuantity', 'hasMember'],
  List: ['subject', 'entry', 'status'],
};
const OPTIONS = { defaultCount: 50, maxCount: 50, baseUrls: [WORLD_BASE.slice(0, -1)] };
const RUNS = 2_000;

let definitions: Definitions;
let extractor: IndexExtractor;

beforeAll(async () => {
  definitions = await realDefinitions();
  extractor = createIndexExtractor(definitions, { localBases: [WORLD_BASE] });
}, 60_000);

interface PlainRule {
  readonly ids: readonly string[];
  readonly hidden: readonly string[];
}
type PlainRules = Readonly<Record<WorldType, readonly PlainRule[]>>;

const ruleOf = (type: WorldType, most: number): Arbitrary<PlainRule> =>
  fc.record({
    ids: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
    hidden: fc.subarray([...HIDEABLE[type]], { maxLength: most }),
  });
/** Some rules that hide things, and mostly one that shows all of a few resources. */
const rulesOf = (type: WorldType): Arbitrary<readonly PlainRule[]> =>
  fc
    .tuple(fc.array(ruleOf(type, 2), { maxLength: 2 }), fc.array(ruleOf(type, 0), { maxLength: 1 }))
    .map(([hiding, open]) => [...hiding, ...open]);
const policies: Arbitrary<PlainRules> = fc.record(
  Object.fromEntries(WORLD_TYPES.map((type) => [type, rulesOf(type)])),
) as never;
const searches = fc
  .constantFrom(...WORLD_TYPES)
  .chain((type) => fc.record({ type: fc.constant(type), conditions: worldSearch(type) }));

/** A policy of such rules; lists are made once, as those of a compiled policy are. */
function policyOf(plain: PlainRules): Pick<CompiledPolicy, 'rules' | 'where'> {
  const byType = new Map<string, readonly PolicyRule[]>(
    WORLD_TYPES.map((type) => [
      type,
      plain[type].map(({ ids, hidden }, index): PolicyRule => {
        const view: FieldView = { hidden, masks: [], blockedParameters: [] };
        return {
          id: `${type}#${index}`,
          interactions: new Set(['search']),
          where: { kind: 'id', ids },
          ...(hidden.length === 0 ? {} : { view }),
        };
      }),
    ]),
  );
  const rules = (type: string): readonly PolicyRule[] => byType.get(type) ?? [];
  return {
    rules,
    where: (type) => {
      const own = rules(type);
      return own.length === 0 ? NONE : or(...own.map(({ where }) => where));
    },
  };
}

/** The resource as the rules show it: without what all that hold for it hide. Undefined where none does. */
function projected(resource: WorldResource, plain: PlainRules): WorldResource | undefined {
  const holding = plain[resource.resourceType as WorldType].filter(({ ids }) =>
    ids.includes(resource.id),
  );
  const [first, ...others] = holding;
  if (first === undefined) return undefined;
  const hidden = first.hidden.filter((path) => others.every((rule) => rule.hidden.includes(path)));
  return hidden.reduce((shown, path) => without(shown, path.split('.')), resource);
}

function indexed(resource: WorldResource): IndexedResource {
  const { resourceType: type, id } = resource;
  return { type, id, lastUpdated: 0, ...extractor.extract(resource) };
}

function worldOf(resources: readonly IndexedResource[]): SearchWorld {
  return { resources: (type) => resources.filter((one) => one.type === type) };
}

function found(
  where: SearchExpression,
  type: string,
  resources: readonly IndexedResource[],
): readonly string[] {
  const all = worldOf(resources);
  return resources
    .filter((one) => one.type === type && matches(where, one, all))
    .map(({ id }) => id);
}

/** The guarded condition, or undefined where it is refused. */
function guarded(
  policy: Pick<CompiledPolicy, 'rules' | 'where'>,
  type: string,
  where: SearchExpression,
): SearchExpression | undefined {
  try {
    return and(guardFields(definitions, policy, type, where), policy.where(type, 'search'));
  } catch (error) {
    if (isFhirError(error) && error.code === 'ACCESS_PARAMETER_BLOCKED') return undefined;
    throw error;
  }
}

function parsed(type: string, conditions: readonly string[]): SearchExpression {
  return parseSearch(definitions, type, parseQuery(conditions.join('&')), OPTIONS).where;
}

describe('[R-036][R-040][R-042] a search asks the resources as the caller sees them', () => {
  test('what it finds is what the same search finds of the resources as they are shown', () => {
    let answered = 0;
    let narrowed = 0;
    fc.assert(
      fc.property(world, policies, searches, (resources, plain, { type, conditions }) => {
        const policy = policyOf(plain);
        const asked = parsed(type, conditions);
        const where = guarded(policy, type, asked);
        if (where === undefined) return;
        answered += 1;
        const shown = resources.flatMap((one) => projected(one, plain) ?? []);
        const actual = found(where, type, resources.map(indexed));
        expect(actual).toEqual(found(asked, type, shown.map(indexed)));
        const unguarded = and(asked, policy.where(type, 'search'));
        const open = found(unguarded, type, resources.map(indexed));
        if (open.join() !== actual.join()) narrowed += 1;
      }),
      { numRuns: RUNS },
    );
    expect(answered).toBeGreaterThan(RUNS / 4);
    // Without the guard, so many searches would have told something.
    expect(narrowed).toBeGreaterThan(5);
  }, 120_000);

  test('two stores that differ only in what is hidden answer alike, whatever is asked', () => {
    fc.assert(
      fc.property(world, world, policies, searches, (one, other, plain, { type, conditions }) => {
        const policy = policyOf(plain);
        const where = guarded(policy, type, parsed(type, conditions));
        if (where === undefined) return;
        const changed = one.map((resource) => withHiddenOf(resource, other, plain));
        expect(found(where, type, changed.map(indexed))).toEqual(
          found(where, type, one.map(indexed)),
        );
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});

/** The resource with everything that is hidden of it taken from its namesake in another world. */
function withHiddenOf(
  resource: WorldResource,
  other: readonly WorldResource[],
  plain: PlainRules,
): WorldResource {
  const namesake = other.find(
    ({ resourceType, id }) => resourceType === resource.resourceType && id === resource.id,
  );
  const shown = projected(resource, plain);
  if (namesake === undefined) return shown ?? resource;
  if (shown === undefined) return namesake;
  const hidden = Object.keys(resource).filter((name) => !Object.hasOwn(shown, name));
  const replaced = hidden.flatMap((name) =>
    Object.hasOwn(namesake, name) ? [[name, namesake[name]] as const] : [],
  );
  return { ...shown, ...Object.fromEntries(replaced) };
}
