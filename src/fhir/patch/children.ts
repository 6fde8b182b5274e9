import type { Definitions, ElementDefinition } from '../../definitions/model.ts';
import { besideOf, type Found, type Pointer, valueAt } from './found.ts';

/** An element of a structure as it is written in JSON. */
export interface Member {
  /** Name in JSON: `valueQuantity` for the element `value[x]`. */
  readonly key: string;
  /** FHIR type. */
  readonly type: string;
  readonly list: boolean;
  /** Path of the structure of its elements; absent for a primitive. */
  readonly structure?: string;
}

/** All ways in which the definitions let an element be written: one, or one for each type of a choice. */
export function membersOf(
  definitions: Definitions,
  structure: string,
  name: string,
): readonly Member[] {
  const elements = definitions.structure(structure)?.elements;
  const element = elements?.get(name);
  if (element !== undefined) {
    return element.types.slice(0, 1).map((type) => memberOf(definitions, name, type, element));
  }
  const choice = elements?.get(`${name}[x]`);
  return (choice?.types ?? []).map((type) =>
    memberOf(
      definitions,
      name + type.charAt(0).toUpperCase() + type.slice(1),
      type,
      choice as ElementDefinition,
    ),
  );
}

/** The elements of a name that are there, each item of a list by itself. */
export function childrenOf(
  definitions: Definitions,
  root: unknown,
  parent: Found,
  name: string,
): readonly Found[] {
  const { at, beside, structure } = parent;
  if (at === undefined) return [];
  if (structure === undefined) {
    // Of a primitive there are its id and its extensions, which stand beside it.
    if (beside === undefined || (name !== 'extension' && name !== 'id')) return [];
    const primitive = { key: name, type: name === 'id' ? 'string' : 'Extension' };
    const member: Member =
      name === 'id'
        ? { ...primitive, list: false }
        : { ...primitive, list: true, structure: 'Extension' };
    return present(definitions, root, beside, member);
  }
  return membersOf(definitions, structure, name).flatMap((member) =>
    present(definitions, root, at, member),
  );
}

function present(
  definitions: Definitions,
  root: unknown,
  parent: Pointer,
  member: Member,
): readonly Found[] {
  const at = [...parent, member.key];
  const value = valueAt(root, at);
  if (value === undefined && valueAt(root, besideOf(at)) === undefined) return [];
  if (!member.list) return [found(definitions, root, at, member)];
  const other = valueAt(root, besideOf(at));
  const length = Math.max(lengthOf(value), lengthOf(other));
  return Array.from({ length }, (_, index) => found(definitions, root, [...at, index], member));
}

/** What stands at a pointer, with its type. */
function found(definitions: Definitions, root: unknown, at: Pointer, member: Member): Found {
  const value = valueAt(root, at);
  const { type, structure } = member;
  if (structure === undefined) return { value, type, at, beside: besideOf(at) };
  // A contained resource is of the type that it names.
  const { resourceType } = (value ?? {}) as { readonly resourceType?: unknown };
  const named = typeof resourceType === 'string' && definitions.isResourceType(resourceType);
  return named
    ? { value, type: resourceType, structure: resourceType, at }
    : { value, type, structure, at };
}

function memberOf(
  definitions: Definitions,
  key: string,
  type: string,
  { max, structure }: ElementDefinition,
): Member {
  const kind = definitions.structure(type)?.kind;
  const complex = structure ?? (kind === 'primitive' || kind === undefined ? undefined : type);
  // FHIRPath system types and xhtml have no structure; a resource of any type is told apart by its content.
  const path = type === 'Resource' ? (structure ?? 'Resource') : complex;
  return { key, type, list: max > 1, ...(path === undefined ? {} : { structure: path }) };
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
