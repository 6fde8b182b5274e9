import type { PathNode } from '../../search/extract/fhirpath.ts';
import type { Definitions } from '../../definitions/model.ts';
import { type PatchBudget, patchBudget } from '../../json/patch-budget.ts';
import { fhirError } from '../../outcome/codes.ts';
import {
  insertItem,
  type JsonObject,
  listLength,
  type Pair,
  prune,
  setMember,
  takeItem,
} from './edit.ts';
import type { FhirPathOperation } from './fhirpath-operation.ts';
import { type Found, valueAt } from './found.ts';
import { memberFor, type PatchPart, readPatchValue } from './patch-value.ts';
import { createSelector } from './select.ts';

/**
 * Applies operations to a resource, in place, one after the other: it is of no use afterwards where one of them fails.
 * @returns the resource
 * @throws FhirError `FHIR_INVALID_PATCH` where a path does not lead to the one element that the operation needs
 */
export function applyFhirPathPatch(
  definitions: Definitions,
  root: unknown,
  operations: readonly FhirPathOperation[],
): unknown {
  const budget = patchBudget();
  for (const [index, operation] of operations.entries()) {
    const where = `operation ${String(index)}`;
    const patch: Patch = { definitions, root, operation, budget, where };
    switch (operation.type) {
      case 'add':
        add(patch);
        break;
      case 'insert':
        insert(patch);
        break;
      case 'delete':
        remove(patch);
        break;
      case 'replace':
        replace(patch);
        break;
      case 'move':
        move(patch);
        break;
    }
  }
  return root;
}

interface Patch {
  readonly definitions: Definitions;
  readonly root: unknown;
  readonly operation: FhirPathOperation;
  readonly budget: PatchBudget;
  readonly where: string;
}

/** Adds an element to a list, or sets one that is not there yet. */
function add(patch: Patch): void {
  const { definitions, operation, where } = patch;
  const target = one(patch, operation.path);
  const name = operation.name as string;
  const part = operation.value as PatchPart;
  const member = target.structure === undefined ? extensionOf(target, name) : undefined;
  const { key, list, structure } =
    member ?? memberFor(definitions, target.structure, name, part, where);
  const parent = objectAt(patch, target);
  const value = valueOf(patch, structure, target);
  if (list) return insertItem(parent, key, listLength(parent, key), value);
  if (parent[key] !== undefined || parent[`_${key}`] !== undefined)
    throw invalid(`${where} adds an element that is there already`);
  setMember(parent, key, value);
}

function insert(patch: Patch): void {
  const { operation, where } = patch;
  const { parent, key, structure, target } = listAt(patch);
  const index = operation.index as number;
  if (index > listLength(parent, key)) throw invalid(`${where} inserts beyond the end of the list`);
  insertItem(parent, key, index, valueOf(patch, structure, target));
}

function remove(patch: Patch): void {
  const { root, operation, where } = patch;
  const [found, second] = select(patch, operation.path);
  // What is not there need not be deleted.
  if (found === undefined) return;
  if (second !== undefined) throw invalid(`the path of ${where} leads to several elements`);
  const { at } = found;
  if (at === undefined || at.length === 0) throw invalid(`${where} deletes no element`);
  change(root, at, (parent, key, index) => {
    if (index === undefined) setMember(parent, key, {});
    else takeItem(parent, key, index);
  });
  prune(root, at.slice(0, -1));
  const { beside } = found;
  if (beside !== undefined) prune(root, beside.slice(0, -1));
}

function replace(patch: Patch): void {
  const { root, operation, where } = patch;
  const found = one(patch, operation.path);
  const { at, structure } = found;
  if (at === undefined || at.length === 0) throw invalid(`${where} replaces no element`);
  const value = valueOf(patch, structure, found);
  const choice = choiceKey(operation.path, found, value.type);
  change(root, at, (parent, key, index) => {
    if (index !== undefined) {
      takeItem(parent, key, index);
      insertItem(parent, key, index, value);
      return;
    }
    setMember(parent, key, {});
    setMember(parent, choice ?? key, value);
  });
}

function move(patch: Patch): void {
  const { operation, where } = patch;
  const { parent, key } = listAt(patch);
  const { source = 0, destination = 0 } = operation;
  const length = listLength(parent, key);
  if (source >= length || destination >= length)
    throw invalid(`${where} moves beyond the end of the list`);
  insertItem(parent, key, destination, takeItem(parent, key, source));
}

function select({ definitions, root }: Patch, path: PathNode): readonly Found[] {
  return createSelector(definitions, root).select(path);
}

function one(patch: Patch, path: PathNode): Found {
  const [found, second] = select(patch, path);
  if (found === undefined) throw invalid(`the path of ${patch.where} leads nowhere`);
  if (second !== undefined) throw invalid(`the path of ${patch.where} leads to several elements`);
  return found;
}

/** The list that a path names, whether or not it has items. */
function listAt(patch: Patch) {
  const { definitions, operation, where } = patch;
  const { path } = operation;
  if (path.kind !== 'name') throw invalid(`the path of ${where} names no list`);
  const target = path.of === undefined ? rootOf(patch) : one(patch, path.of);
  const member =
    target.structure === undefined
      ? extensionOf(target, path.name)
      : memberFor(definitions, target.structure, path.name, operation.value ?? {}, where);
  if (member?.list !== true) throw invalid(`the path of ${where} names no list`);
  return { parent: objectAt(patch, target), target, ...member };
}

function rootOf({ root }: Patch): Found {
  const type = (root as { readonly resourceType: string }).resourceType;
  return { value: root, type, structure: type, at: [] };
}

/** A primitive has extensions beside it. */
function extensionOf({ beside }: Found, name: string) {
  if (beside === undefined || name !== 'extension') return undefined;
  return { key: name, type: 'Extension', list: true, structure: 'Extension' };
}

/** The object that holds the elements of what was found; for a primitive the one beside it, made where there is none. */
function objectAt({ root, where }: Patch, { at, beside, structure, value }: Found): JsonObject {
  if (structure !== undefined && at !== undefined && isObject(value)) return value;
  if (structure === undefined && beside !== undefined) {
    const known = valueAt(root, beside);
    if (isObject(known)) return known;
    const made: JsonObject = {};
    change(root, beside, (parent, key, index) => {
      if (index === undefined) parent[key] = made;
      else {
        const value = takeItem(parent, key.slice(1), index);
        insertItem(parent, key.slice(1), index, { ...value, beside: made });
      }
    });
    return made;
  }
  throw invalid(`the path of ${where} leads to something without elements`);
}

function valueOf(
  patch: Patch,
  structure: string | undefined,
  { at = [] }: Found,
): Pair & { readonly type?: string } {
  const { definitions, operation, budget, where } = patch;
  const read = readPatchValue(definitions, operation.value ?? {}, structure, where);
  const depth = at.length + 1;
  return {
    ...optional('type', read.type),
    ...(read.value === undefined ? {} : { value: budget.copy(read.value, depth) }),
    ...(read.beside === undefined ? {} : { beside: budget.copy(read.beside, depth) }),
  };
}

/**
 * A choice that gets a value of another type gets another name: `valueString` for `valueQuantity`. Whether the type is one
 * of the choice is looked at with the result.
 */
function choiceKey(
  path: PathNode,
  { at = [] }: Found,
  type: string | undefined,
): string | undefined {
  const last = at.at(-1);
  const name = path.kind === 'name' ? path.name : nameOf(path);
  if (typeof last !== 'string' || type === undefined || name === undefined) return undefined;
  return name !== last && last.startsWith(name) ? `${name}${type}` : undefined;
}

/** The name before `ofType(…)` or `as`. */
function nameOf(path: PathNode): string | undefined {
  const of = path.kind === 'call' || path.kind === 'type' ? path.of : undefined;
  return of?.kind === 'name' ? of.name : undefined;
}

/** Changes the element at a pointer through the object that holds it. */
function change(
  root: unknown,
  at: NonNullable<Found['at']>,
  edit: (parent: JsonObject, key: string, index: number | undefined) => void,
): void {
  const last = at.at(-1);
  const index = typeof last === 'number' ? last : undefined;
  const key = String(index === undefined ? last : at.at(-2));
  const parent = valueAt(root, at.slice(0, index === undefined ? -1 : -2));
  if (isObject(parent)) edit(parent, key, index);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, V>>;
}

function invalid(reason: string) {
  return fhirError('FHIR_INVALID_PATCH', { reason });
}
