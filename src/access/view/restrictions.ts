import type { Definitions } from '../../definitions/model.ts';
import {
  type StructurePlan,
  type StructurePlans,
  structurePlans,
  type StructureProperty,
} from '../../definitions/structure-plan.ts';
import { type ElementStep, isElementSteps, parseElementPath } from './element-path.ts';
import type { FieldView, MaskKind } from './field-view.ts';

/**
 * Where a restriction holds, from the root of a resource down: names of JSON properties, each type of a choice by its own,
 * and `@` with a URL for the extensions of that URL. What is inside an element that contains itself (`item.item.text`) is
 * named as that of the outermost (`item.text`): it has one definition, and what holds for it holds at every depth.
 */
export type KeyPath = readonly string[];

/** An element that a view hides or masks. */
export interface Restriction {
  readonly keys: KeyPath;
  readonly limit: Limit;
}

/** What a view does to an element. */
export type Limit = 'hidden' | MaskKind;

/** A place that steps lead to. */
interface Position {
  readonly keys: KeyPath;
  /** Where the restrictions of what is below it are kept. */
  readonly base: KeyPath;
  readonly plan: StructurePlan;
  /** Elements on the way, by their structure. */
  readonly passed: ReadonlyMap<StructurePlan, KeyPath>;
}

/**
 * What a view restricts in one resource type. Paths that the type does not have restrict nothing: an entry for all types
 * names elements that only some have.
 */
export function restrictionsOf(
  definitions: Definitions,
  type: string,
  { hidden, masks }: FieldView,
): readonly Restriction[] {
  const plans = structurePlans(definitions);
  const of = (path: string, limit: Limit): readonly Restriction[] =>
    keyPathsOf(plans, type, path).map((keys) => ({ keys: whole(keys), limit }));
  const own = [
    ...hidden.flatMap((path) => of(path, 'hidden')),
    ...masks.flatMap(({ path, kind }) => of(path, kind)),
  ];
  // Large content lies elsewhere; an extension in meta says where.
  const elsewhere = type === 'Binary' && own.some(({ keys }) => keys[0] === 'data');
  return elsewhere ? [...own, { keys: ['meta', 'extension'], limit: 'hidden' }] : own;
}

/** An extension without its URL is none, so that who hides the URL hides all of it. */
function whole(keys: KeyPath): KeyPath {
  const [before = '', last] = keys.slice(-2);
  const isUrl = last === 'url' && /^(?:@.*|extension|modifierExtension)$/.test(before);
  return isUrl ? keys.slice(0, -1) : keys;
}

/** The places that a path names in a resource type. */
export function keyPathsOf(plans: StructurePlans, type: string, path: string): readonly KeyPath[] {
  const root = plans(type);
  const steps = parseElementPath(path);
  if (root === undefined || !isElementSteps(steps)) return [];
  let open: readonly Position[] = [{ keys: [], base: [], plan: root, passed: new Map() }];
  for (const step of steps) open = open.flatMap((position) => follow(plans, position, step));
  return open.map(({ keys }) => keys);
}

function follow(
  plans: StructurePlans,
  { base, plan, passed }: Position,
  step: ElementStep,
): readonly Position[] {
  const at = (keys: KeyPath, content: StructurePlan): Position => ({
    keys,
    base: keys,
    plan: content,
    passed,
  });
  if (step.kind === 'extension') {
    const extension = plans('Extension');
    if (extension === undefined) return [];
    return ['extension', 'modifierExtension']
      .filter((name) => plan.properties.has(name))
      .map((name) => at([...base, name, `@${step.url}`], extension));
  }
  return [...plan.properties.values()]
    .filter(({ name, path }) => name === step.name || path === step.name)
    .filter(({ kind }) => kind !== 'resource')
    .map((property) => {
      const content = contentOf(plans, property);
      const keys = [...base, property.name];
      if (!isOwnStructure(plans, property)) return at(keys, content);
      const first = passed.get(content) ?? keys;
      return { ...at(keys, content), base: first, passed: new Map([...passed, [content, first]]) };
    });
}

/** True for an element whose content belongs to its resource or data type alone, and may contain itself. */
export function isOwnStructure(plans: StructurePlans, property: StructureProperty): boolean {
  return property.kind === 'complex' && plans(property.type) !== property.content();
}

/** What can stand below an element: below a primitive its id and extensions. */
function contentOf(plans: StructurePlans, property: StructureProperty): StructurePlan {
  if (property.kind === 'complex') return property.content();
  const element = plans('Element');
  if (element === undefined) throw new TypeError('The definitions lack the type Element');
  return element;
}
