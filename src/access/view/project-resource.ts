import type {
  StructurePlan,
  StructurePlans,
  StructureProperty,
} from '../../definitions/structure-plan.ts';
import { projectPrimitive } from './project-primitive.ts';
import { isOwnStructure } from './restrictions.ts';
import { masksOf, type Sight, sightsBelow, sightsOf, sightsOfUrl } from './sight.ts';
import { targetTypes } from './target-type.ts';
import type { ViewNode } from './view-tree.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** What a projection needs to know beyond what is restricted in the type itself. */
export interface ProjectionRules {
  readonly plans: StructurePlans;
  /** True for a resource type of which the principal may see no more than parts. */
  readonly hidesFieldsOf: (type: string) => boolean;
  /** Views of a resource that stands inside another; undefined: it is left out. */
  readonly inline: (type: string) => readonly ViewNode[] | undefined;
  /** Hears of which stored object each shown one was made, for who puts a changed view back. */
  readonly trace?: ((shown: object, stored: object) => void) | undefined;
}

/** What the rules say of structures on the way to an element: for those that contain themselves. */
type Passed = ReadonlyMap<StructurePlan, readonly Sight[]>;

/** Elements that copy in words what stands elsewhere, maybe where it is hidden. */
const COPIES: ReadonlySet<string> = new Set(['Narrative']);

/** Parts of a Reference that copy from its target. */
const COPIED: ReadonlySet<string> = new Set(['display', 'identifier']);

/** What a mask shows of a code: a text beside it would say more than its first characters. */
const MASKED_CODES: Readonly<Record<string, ReadonlySet<string>>> = {
  Coding: new Set(['system', 'code']),
  CodeableConcept: new Set(['coding']),
};

/**
 * A resource without what is hidden: at any depth, in lists, choices, extensions and resources inside. What is empty then
 * is left out too, so that nothing shows where it was. Its narrative and what its references copy from hidden elements
 * of other resources are left out. Numbers keep their digits where the resource has them as they were written.
 * @param views of the rules that hold for the resource, at least one
 */
export function projectResource(
  rules: ProjectionRules,
  resource: JsonObject,
  views: readonly ViewNode[],
): JsonObject | undefined {
  const plan = rules.plans(String(resource['resourceType']));
  if (plan === undefined) return undefined;
  return projectObject(rules, resource, plan, sightsOf(views), new Map());
}

function projectObject(
  rules: ProjectionRules,
  object: JsonObject,
  plan: StructurePlan,
  sights: readonly Sight[],
  passed: Passed,
): JsonObject | undefined {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    const property = plan.properties.get(key) ?? plan.shadows.get(key);
    if (property === undefined) {
      if (key === 'resourceType') shown[key] = value;
      continue;
    }
    const own = sightsBelow(sights, property.name);
    if (own.length === 0 || COPIES.has(property.type)) continue;
    const kept = projectMember(rules, object, key, property, own, passed);
    if (kept !== undefined) shown[key] = kept;
  }
  return Object.keys(shown).length === 0 ? undefined : shown;
}

function projectMember(
  rules: ProjectionRules,
  object: JsonObject,
  key: string,
  property: StructureProperty,
  sights: readonly Sight[],
  passed: Passed,
): unknown {
  const value = object[key];
  if (property.kind === 'resource')
    return eachOf(rules, value, (item) => projectInline(rules, item));
  const masked = masksOf(sights) !== undefined;
  // Names and extensions of parts are no part of what a mask shows.
  if (masked && (property.attribute || property.type === 'Extension')) return undefined;
  // Of what a code is one says nothing of whom it is about.
  if (masked && isSystem(property)) return value;
  if (property.kind !== 'complex') {
    const pair = projectPrimitive(object, property, sights, (element) => {
      const plan = rules.plans('Element');
      return plan && projectObject(rules, element, plan, sights, passed);
    });
    return key === property.shadow ? pair.shadow : pair.value;
  }
  const content = property.content();
  const repeats = isOwnStructure(rules.plans, property);
  const inner = repeats ? repeated(passed.get(content), sights) : sights;
  const within = repeats ? new Map([...passed, [content, inner]]) : passed;
  return eachOf(rules, value, (item) => {
    if (property.type === 'Extension') {
      const own = sightsOfUrl(inner, item['url']);
      return own.length === 0 ? undefined : projectExtension(rules, item, content, own, within);
    }
    if (masked) {
      const less = withoutTexts(item, property);
      return unlessEmpty(projectObject(rules, less, content, inner, within), content);
    }
    const shown = projectObject(rules, item, content, inner, within);
    return property.type === 'Reference' ? withoutCopies(rules, shown) : shown;
  });
}

/** What the rules that still show something say of an element inside one of its own structure. */
function repeated(
  outermost: readonly Sight[] | undefined,
  sights: readonly Sight[],
): readonly Sight[] {
  if (outermost === undefined) return sights;
  return sights.map((sight) => ({
    ...sight,
    nodes: outermost.find(({ rule }) => rule === sight.rule)?.nodes ?? sight.nodes,
  }));
}

/** Projects an object or each of a list; undefined where nothing is left. */
function eachOf(
  { trace }: ProjectionRules,
  value: unknown,
  project: (item: JsonObject) => JsonObject | undefined,
): unknown {
  const one = (item: JsonObject): JsonObject | undefined => {
    const made = project(item);
    if (made !== undefined) trace?.(made, item);
    return made;
  };
  if (!Array.isArray(value)) return one(value as JsonObject);
  const shown = value.map(one).filter((item) => item !== undefined);
  return shown.length === 0 ? undefined : shown;
}

function projectInline(rules: ProjectionRules, resource: JsonObject): JsonObject | undefined {
  const views = rules.inline(String(resource['resourceType']));
  return views === undefined ? undefined : projectResource(rules, resource, views);
}

/** An extension keeps its URL as long as any of it is shown. */
function projectExtension(
  rules: ProjectionRules,
  extension: JsonObject,
  plan: StructurePlan,
  sights: readonly Sight[],
  passed: Passed,
): JsonObject | undefined {
  const { url, ...parts } = extension;
  const shown = projectObject(rules, parts, plan, sights, passed);
  return shown === undefined ? undefined : { url, ...shown };
}

function isSystem({ name, type }: StructureProperty): boolean {
  return name === 'system' && type === 'uri';
}

/** A system whose code or value cannot be masked says nothing. */
function unlessEmpty(masked: JsonObject | undefined, plan: StructurePlan): JsonObject | undefined {
  const says = Object.keys(masked ?? {}).some((key) => {
    const property = plan.properties.get(key);
    return property === undefined || !isSystem(property);
  });
  return says ? masked : undefined;
}

/** A masked code without what tells it in words. */
function withoutTexts(item: JsonObject, { type }: StructureProperty): JsonObject {
  const only = MASKED_CODES[type];
  if (only === undefined) return item;
  return Object.fromEntries(Object.entries(item).filter(([key]) => only.has(key)));
}

/** A Reference without what it copies from a target of which the principal may see no more than parts. */
function withoutCopies(
  rules: ProjectionRules,
  reference: JsonObject | undefined,
): JsonObject | undefined {
  // Judged by what is shown of it: a target that is hidden must not tell itself by this.
  const types = targetTypes(reference ?? {});
  // A type that there is not may be meant for any.
  const hides = (type: string): boolean =>
    rules.plans(type) === undefined || rules.hidesFieldsOf(type);
  if (types.length > 0 && !types.some(hides)) return reference;
  const kept = Object.entries(reference ?? {}).filter(
    ([key]) => !COPIED.has(key.replace(/^_/, '')),
  );
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
