import { isRawNumber } from '../../json/patch-budget.ts';
import { type Pointer, valueAt } from './found.ts';

/** A JSON object that is being changed. */
export type JsonObject = Record<string | number, unknown>;

/** A value and what stands beside it: id and extensions of a primitive. */
export interface Pair {
  readonly value?: unknown;
  readonly beside?: unknown;
}

/** Number of items of a list: of its values, or of what stands beside them. */
export function listLength(parent: JsonObject, key: string): number {
  return Math.max(itemsOf(parent[key]).length, itemsOf(parent[`_${key}`]).length);
}

/** Puts an item into a list, which is made where there is none; values and what stands beside them stay in step. */
export function insertItem(parent: JsonObject, key: string, index: number, pair: Pair): void {
  const length = listLength(parent, key);
  for (const [name, item] of [
    [key, pair.value],
    [`_${key}`, pair.beside],
  ] as const) {
    if (parent[name] === undefined && item === undefined) continue;
    const list = padded(itemsOf(parent[name]), length);
    list.splice(index, 0, item ?? null);
    parent[name] = list;
  }
}

/** Takes an item out of a list. */
export function takeItem(parent: JsonObject, key: string, index: number): Pair {
  const length = listLength(parent, key);
  const taken: { value?: unknown; beside?: unknown } = {};
  for (const [name, side] of [
    [key, 'value'],
    [`_${key}`, 'beside'],
  ] as const) {
    if (parent[name] === undefined) continue;
    const list = padded(itemsOf(parent[name]), length);
    const [item] = list.splice(index, 1);
    if (item !== null && item !== undefined) taken[side] = item;
    parent[name] = list;
  }
  return taken;
}

/** Sets an element that is no list, or removes one side of it where the pair has none. */
export function setMember(parent: JsonObject, key: string, { value, beside }: Pair): void {
  assign(parent, key, value);
  assign(parent, `_${key}`, beside);
}

/** FHIR has no empty lists and objects: removes those that are left along the way to what was removed. */
export function prune(root: unknown, pointer: Pointer): void {
  for (let length = pointer.length; length > 0; length -= 1) {
    const parent = valueAt(root, pointer.slice(0, length - 1)) as JsonObject | undefined;
    const step = pointer[length - 1];
    if (parent === undefined || step === undefined) continue;
    const value = parent[step];
    const empty = Array.isArray(value)
      ? value.every((item) => item === null)
      : typeof value === 'object' && value !== null && isEmpty(value);
    if (!empty) continue;
    if (Array.isArray(parent)) parent.splice(Number(step), 1);
    else Reflect.deleteProperty(parent, step);
  }
}

function isEmpty(value: object): boolean {
  return !isRawNumber(value) && Object.keys(value).length === 0;
}

function assign(parent: JsonObject, key: string, value: unknown): void {
  if (value === undefined) Reflect.deleteProperty(parent, key);
  else parent[key] = value;
}

function itemsOf(list: unknown): unknown[] {
  return Array.isArray(list) ? (list as unknown[]) : [];
}

function padded(list: readonly unknown[], length: number): unknown[] {
  return Array.from({ length }, (_, index) => list[index] ?? null);
}
