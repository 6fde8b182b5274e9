import type { Definitions } from '../../definitions/model.ts';
import {
  type StructurePlan,
  type StructurePlans,
  structurePlans,
} from '../../definitions/structure-plan.ts';
import type { PolicyRule } from '../policy.ts';
import { type ElementStep, isElementSteps, parseElementPath } from '../view/element-path.ts';
import type { ElementPath } from '../view/field-view.ts';
import { isOwnStructure } from '../view/restrictions.ts';
import { rivalsOf } from './rivals.ts';

/** Why an element cannot be changed. */
export interface Lock {
  readonly kind: 'hidden' | 'masked' | 'readonly';
  readonly path: ElementPath;
}

/** What of an object a rule lets nobody change, by the names of its members in JSON. */
export interface LockedNode {
  /** Present where the element is locked as a whole. */
  readonly lock?: Lock;
  readonly members: ReadonlyMap<string, LockedNode>;
  /** Extensions of some URLs. */
  readonly extensions: ReadonlyMap<string, LockedNode>;
  /** True where the members are those beside a primitive (`_birthDate`). */
  readonly primitive: boolean;
  /** Other names of the same choice. */
  readonly rivals: readonly string[];
}

interface Building extends LockedNode {
  lock?: Lock;
  readonly members: Map<string, Building>;
  readonly extensions: Map<string, Building>;
}

/**
 * The elements that a rule locks in resources of one type: what it hides, masks or shows to be read only.
 * @returns undefined where it locks nothing
 */
export function lockedElements(
  definitions: Definitions,
  type: string,
  { view, readonlyFields = [] }: Pick<PolicyRule, 'view' | 'readonlyFields'>,
): LockedNode | undefined {
  const locks: readonly Lock[] = [
    ...(view?.hidden ?? []).map((path): Lock => ({ kind: 'hidden', path })),
    ...(view?.masks ?? []).map(({ path }): Lock => ({ kind: 'masked', path })),
    ...readonlyFields.map((path): Lock => ({ kind: 'readonly', path })),
  ];
  if (locks.length === 0) return undefined;
  const plans = structurePlans(definitions);
  const root = emptyNode(false, []);
  for (const lock of locks) {
    const steps = parseElementPath(lock.path);
    if (!isElementSteps(steps)) throw new TypeError(`No path of an element: ${steps.malformed}`);
    insert(plans, root, plans(type), steps, lock, new Map());
  }
  return root;
}

/** Nodes of the structures that belong to the resource alone, which may contain themselves (`item.item`). */
type Passed = ReadonlyMap<StructurePlan, Building>;

function insert(
  plans: StructurePlans,
  node: Building,
  plan: StructurePlan | undefined,
  [step, ...rest]: readonly ElementStep[],
  lock: Lock,
  passed: Passed,
): void {
  if (step === undefined) {
    // Of several reasons the strictest counts, and they come in that order.
    node.lock ??= lock;
    return;
  }
  if (step.kind === 'extension') {
    const child = childOf(node.extensions, step.url, false, []);
    insert(plans, child, plans('Extension'), rest, lock, passed);
    return;
  }
  for (const property of plan?.properties.values() ?? []) {
    if (property.name !== step.name && property.path !== step.name) continue;
    const own = isOwnStructure(plans, property) ? property.content() : undefined;
    const known = own === undefined ? undefined : passed.get(own);
    const rivals = rivalsOf(plan, property);
    const child =
      known ?? childOf(node.members, property.name, property.kind !== 'complex', rivals);
    if (own !== undefined && known === undefined) linkBack(plans, child, own);
    const further = own === undefined ? passed : new Map([...passed, [own, child]]);
    const content = property.kind === 'complex' ? property.content() : plans('Element');
    insert(plans, child, content, rest, lock, further);
  }
}

/** What holds for a structure holds wherever it contains itself, at any depth. */
function linkBack(plans: StructurePlans, node: Building, structure: StructurePlan): void {
  const follow = (at: Building, from: StructurePlan, seen: readonly StructurePlan[]): void => {
    for (const property of from.properties.values()) {
      if (!isOwnStructure(plans, property)) continue;
      const content = property.content();
      if (content === structure) at.members.set(property.name, node);
      else if (!seen.includes(content) && leadsTo(plans, content, structure)) {
        const child = childOf(at.members, property.name, false, []);
        follow(child, content, [...seen, content]);
      }
    }
  };
  follow(node, structure, [structure]);
}

function leadsTo(
  plans: StructurePlans,
  from: StructurePlan,
  target: StructurePlan,
  seen: ReadonlySet<StructurePlan> = new Set(),
): boolean {
  if (seen.has(from)) return false;
  const further = new Set([...seen, from]);
  return [...from.properties.values()].some((property) => {
    if (!isOwnStructure(plans, property)) return false;
    const content = property.content();
    return content === target || leadsTo(plans, content, target, further);
  });
}

function childOf(
  children: Map<string, Building>,
  key: string,
  primitive: boolean,
  rivals: readonly string[],
): Building {
  let child = children.get(key);
  if (child === undefined) children.set(key, (child = emptyNode(primitive, rivals)));
  return child;
}

function emptyNode(primitive: boolean, rivals: readonly string[]): Building {
  return { members: new Map(), extensions: new Map(), primitive, rivals };
}
