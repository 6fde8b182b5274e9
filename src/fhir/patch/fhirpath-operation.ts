import type { PathNode } from '../../search/extract/fhirpath.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { PatchPart } from './patch-value.ts';
import { readPath } from './select.ts';

/** One operation of a FHIRPath Patch. @see https://hl7.org/fhir/R4/fhirpatch.html */
export interface FhirPathOperation {
  readonly type: 'add' | 'insert' | 'delete' | 'replace' | 'move';
  readonly path: PathNode;
  /** Element that `add` adds to the path. */
  readonly name?: string;
  /** The part named `value`, read once it is known where it goes. */
  readonly value?: PatchPart;
  readonly index?: number;
  readonly source?: number;
  readonly destination?: number;
}

const TYPES = new Set(['add', 'insert', 'delete', 'replace', 'move']);
const MAX_OPERATIONS = 100;

/**
 * Reads a FHIRPath Patch from a Parameters resource.
 * @throws FhirError `FHIR_INVALID_PATCH`
 */
export function readFhirPathPatch(parameters: unknown): readonly FhirPathOperation[] {
  const { parameter = [] } = parameters as { readonly parameter?: unknown };
  if (!Array.isArray(parameter)) throw invalid('its parameters are no list');
  if (parameter.length > MAX_OPERATIONS)
    throw invalid(`it has more than ${String(MAX_OPERATIONS)} operations`);
  return parameter.map((item: unknown, index) => readOperation(item, `operation ${String(index)}`));
}

function readOperation(item: unknown, where: string): FhirPathOperation {
  const { name, part } = (item ?? {}) as { readonly name?: unknown; readonly part?: unknown };
  if (name !== 'operation' || !Array.isArray(part))
    throw invalid(`${where} is no parameter "operation" with parts`);
  const parts = new Map<string, PatchPart>();
  for (const inner of part as readonly unknown[]) {
    const partName = (inner as { readonly name?: unknown } | null)?.name;
    if (typeof partName !== 'string' || parts.has(partName))
      throw invalid(`${where} has a part without a name, or one twice`);
    parts.set(partName, inner as PatchPart);
  }
  const text = (key: string): string | undefined => {
    const { valueString, valueCode } = parts.get(key) ?? {};
    const value = valueString ?? valueCode;
    return typeof value === 'string' ? value : undefined;
  };
  const position = (key: string): number | undefined => {
    const { valueInteger, valueUnsignedInt, valuePositiveInt } = parts.get(key) ?? {};
    const value = valueInteger ?? valueUnsignedInt ?? valuePositiveInt;
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
  };
  const type = text('type');
  const path = text('path');
  if (type === undefined || !TYPES.has(type)) throw invalid(`${where} has no known type`);
  if (path === undefined) throw invalid(`${where} has no path`);
  const operation: FhirPathOperation = {
    type: type as FhirPathOperation['type'],
    path: readPath(path, where),
    ...optional('name', text('name')),
    ...optional('value', parts.get('value')),
    ...optional('index', position('index')),
    ...optional('source', position('source')),
    ...optional('destination', position('destination')),
  };
  for (const needed of NEEDED[operation.type]) {
    if (operation[needed] === undefined) throw invalid(`${where} has no ${needed}`);
  }
  return operation;
}

const NEEDED: Readonly<Record<FhirPathOperation['type'], readonly (keyof FhirPathOperation)[]>> = {
  add: ['name', 'value'],
  insert: ['index', 'value'],
  delete: [],
  replace: ['value'],
  move: ['source', 'destination'],
};

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, V>>;
}

function invalid(reason: string) {
  return fhirError('FHIR_INVALID_PATCH', { reason });
}
