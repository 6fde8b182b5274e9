import { isDeepStrictEqual } from 'node:util';
import { fhirError } from '../outcome/codes.ts';

/** One operation of a JSON Patch. @see https://www.rfc-editor.org/rfc/rfc6902 */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: readonly string[];
  readonly from?: readonly string[];
  readonly value?: unknown;
}

const OPERATIONS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);
const MAX_OPERATIONS = 1_000;
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
 * Applies operations to a copy of a document; the document itself stays as it is.
 * @throws FhirError `FHIR_INVALID_PATCH` where a path leads nowhere or a test does not hold
 */
export function applyJsonPatch(document: unknown, operations: readonly PatchOperation[]): unknown {
  let root = copy(document);
  for (const [index, operation] of operations.entries()) {
    const where = `operation ${String(index)}`;
    const { op, path } = operation;
    switch (op) {
      case 'add':
        root = add(root, path, copy(operation.value), where);
        break;
      case 'replace':
        get(root, path, where);
        root =
          path.length === 0
            ? copy(operation.value)
            : replace(root, path, copy(operation.value), where);
        break;
      case 'remove':
        remove(root, path, where);
        break;
      case 'move': {
        const from = operation.from ?? [];
        if (from.length < path.length && from.every((segment, i) => segment === path[i])) {
          throw invalid(`${where} moves a value into itself`);
        }
        const moved = get(root, from, where);
        remove(root, from, where);
        root = add(root, path, moved, where);
        break;
      }
      case 'copy':
        root = add(root, path, copy(get(root, operation.from ?? [], where)), where);
        break;
      case 'test':
        if (!isDeepStrictEqual(plain(get(root, path, where)), plain(operation.value))) {
          throw invalid(`the test of ${where} does not hold`);
        }
        break;
    }
  }
  return root;
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
  if (typeof found !== 'object' || found === null || isRaw(found))
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
      !isRaw(value) &&
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
  const last = path.at(-1) as string;
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

/** A copy that keeps raw numbers as they are; they cannot be changed anyway. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== 'object' || value === null || isRaw(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function isRaw(value: object): boolean {
  return (JSON as unknown as { isRawJSON(item: unknown): boolean }).isRawJSON(value);
}

function invalid(reason: string) {
  return fhirError('FHIR_INVALID_PATCH', { reason });
}
