import type { ValueCheck } from './primitives.ts';
import type { Invariant } from './invariants.ts';

/** What is checked for one JSON property. */
export interface PropertyPlan {
  /** Name in FHIRPath: `value` for `valueQuantity` and for `_valueString`. */
  readonly name: string;
  readonly kind: 'element' | 'shadow' | 'resourceType';
  readonly list: boolean;
  /** Items at most. */
  readonly max: number;
  /** True if `null` may stand in the list, for an item that has only extensions. */
  readonly primitive: boolean;
  /** The property that shares the element: `_birthDate` for `birthDate`, and the other way round. */
  readonly partner: string;
  /** True where the property is content by ele-1: all but `id`. */
  readonly content: boolean;
  /** Number of the choice that the property belongs to, from 0; -1 for none. */
  readonly choice: number;
  readonly check: ValueCheck;
}

/** What is checked for one kind of JSON object. */
export interface ObjectPlan {
  readonly path: string;
  readonly properties: ReadonlyMap<string, PropertyPlan>;
  /** Elements that must be there: FHIRPath name and the properties that make them. */
  readonly required: readonly { readonly name: string; readonly properties: readonly string[] }[];
  /** True for elements, which must not be empty (ele-1); a resource may be. */
  readonly element: boolean;
  /** True for the extensions of a primitive, which may have an id alone. */
  readonly shadow: boolean;
  readonly invariant: Invariant | undefined;
}
