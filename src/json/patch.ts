import { fhirError } from '../outcome/codes.ts';
import { jsonEqual } from './equal.ts';
import { isRawNumber, type PatchBudget, patchBudget } from './patch-budget.ts';

/** One operation of a JSON Patch. @see https://www.rfc-editor.org/rfc/rfc6902 */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: readonly string[];
  readonly from?: readonly string[];
  readonly value?: unknown;
}

const OPERATIONS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);
const MAX_OPERATIONS = 100;
/** Names that lead out of the data into the language. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a JSON Patch document.
 * @throws FhirError `FHIR_INVALID_PATCH`
 */
export function readJsonPatch(document: unknown): readonly PatchOperation[] {
  if (!Array.isArray(document)) throw invalid('it is not a list of operations');
  if (document.length > MAX_OPERATIONS)
    throw invalid(`it has more than ${String(MAX_OPERATIONS)} operations`);
  return document.map((item: unknown, index): PatchOperation => {
    const where = `operation ${String(index)}`;
    if (typeof item !== 'object' || item === null) throw invalid(`${where} is not an object`);
    const { op, path, from, value } = item as Record<string, unknown>;
    if (typeof op !== 'string' || !OPERATIONS.has(op)) throw invalid(`${where} has no known op`);
    if ((op === 'add' || op === 'replace' || op === 'test') && value === undefined)
      throw invalid(`${where} has no value`);
    return {
      op: op as PatchOperation['op'],
      path: pointer(path, where),
      ...(op === 'move' || op === 'copy' ? { from: pointer(from, where) } : {}),
      ...(value === undefined ? {} : { value }),
    };
  });
}

/**
 * Applies operations to a document, in place: it is of no use afterwards where one of them fails.
 * @returns the document, or what an operation put in its place
 * @throws FhirError `FHIR_INVALID_PATCH` where a path leads nowhere, a test does not hold, or the values that are put
 * somewhere are too many or too deep
 */
export function applyJsonPatch(document: unknown, operations: readonly PatchOperation[]): unknown {
  const budget = patchBudget();
  let root = document;
  for (const [index, operation] of operations.entries()) {
    root = apply(root, operation, budget, `operation ${String(index)}`);
  }
  return root;
}

function apply(
  root: unknown,
  { op, path, from = [], value }: PatchOperation,
  budget: PatchBudget,
  where: string,
): unknown {
  switch (op) {
    case 'add':
      return add(root, path, budget.copy(value, path.length), where);
    case 'replace':
      get(root, path, where);
      return replace(root, path, budget.copy(value, path.length), where);
    case 'remove':
      remove(root, path, where);
      return root;
    case 'move': {
      if (from.length < path.length && from.every((segment, i) => segment === path[i])) {
        throw invalid(`${where} moves a value into itself`);
      }
      // Copied although it need not be: what is moved can get as deep and cost as much as what is copied.
      const moved = budget.copy(get(root, from, where), path.length);
      remove(root, from, where);
      return add(root, path, moved, where);
    }
    case 'copy':
      return add(root, path, budget.copy(get(root, from, where), path.length), where);
    case 'test':
      if (jsonEqual(get(root, path, where), value)) return root;
      throw invalid(`the test of ${where} does not hold`);
  }
}

function pointer(text: unknown, where: string): readonly string[] {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) {
    throw invalid(`${where} has a path that is no JSON pointer`);
  }
  const segments = text
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (segments.some((segment) => FORBIDDEN.has(segment)))
    throw invalid(`${where} has a path that FHIR does not know`);
  return segments;
}

type Container = unknown[] | Record<string, unknown>;

function parent(root: unknown, path: readonly string[], where: string): Container {
  const found = get(root, path.slice(0, -1), where);
  if (typeof found !== 'object' || found === null || isRawNumber(found))
    throw invalid(`the path of ${where} leads nowhere`);
  return found as Container;
}

function get(root: unknown, path: readonly string[], where: string): unknown {
  let value = root;
  for (const segment of path) {
    if (Array.isArray(value)) value = value[position(segment, value.length - 1, where)];
    else if (
      typeof value === 'object' &&
      value !== null &&
      !isRawNumber(value) &&
      Object.hasOwn(value, segment)
    ) {
      value = (value as Record<string, unknown>)[segment];
    } else throw invalid(`the path of ${where} leads nowhere`);
  }
  return value;
}

function add(root: unknown, path: readonly string[], value: unknown, where: string): unknown {
  const last = path.at(-1);
  if (last === undefined) return value;
  const target = parent(root, path, where);
  if (Array.isArray(target))
    target.splice(last === '-' ? target.length : position(last, target.length, where), 0, value);
  else target[last] = value;
  return root;
}

function replace(root: unknown, path: readonly string[], value: unknown, where: string): unknown {
  const last = path.at(-1);
  if (last === undefined) return value;
  const target = parent(root, path, where);
  if (Array.isArray(target)) target[position(last, target.length - 1, where)] = value;
  else target[last] = value;
  return root;
}

function remove(root: unknown, path: readonly string[], where: string): void {
  const last = path.at(-1);
  if (last === undefined) throw invalid(`${where} removes the whole resource`);
  get(root, path, where);
  const target = parent(root, path, where);
  if (Array.isArray(target)) target.splice(position(last, target.length - 1, where), 1);
  else Reflect.deleteProperty(target, last);
}

function position(segment: string, largest: number, where: string): number {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(segment) || Number(segment) > largest) {
    throw invalid(`the path of ${where} leads nowhere`);
  }
  return Number(segment);
}

function invalid(reason: string) {
  return fhirError('FHIR_INVALID_PATCH', { reason });
}
