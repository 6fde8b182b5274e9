/**
 * The search expression tree: the one meaning of a query, a policy criterion, a subscription criterion. It is printed as
 * SQL (`src/storage/search-sql`), evaluated in memory (`match.ts`), and changed only by the rewriters.
 */
export type SearchExpression =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'and'; readonly operands: readonly SearchExpression[] }
  | { readonly kind: 'or'; readonly operands: readonly SearchExpression[] }
  | { readonly kind: 'not'; readonly operand: SearchExpression }
  | IdExpression
  | TokenExpression
  | ReferenceExpression
  | StringExpression
  | UriExpression
  | RangeExpression
  | QuantityExpression
  | MissingExpression
  | CompartmentExpression;

/** `_id`: any of the ids. */
export interface IdExpression {
  readonly kind: 'id';
  readonly ids: readonly string[];
}

/**
 * A token: `code` alone matches in any system; `system: null` asks for a code without a system (`|code`);
 * `system` alone matches any code of it (`system|`).
 */
export interface TokenExpression {
  readonly kind: 'token';
  readonly param: string;
  readonly system?: string | null;
  readonly code?: string;
}

/** A reference by id, by type and id, or by URL. */
export interface ReferenceExpression {
  readonly kind: 'reference';
  readonly param: string;
  readonly type?: string;
  readonly id?: string;
  readonly url?: string;
}

/** A string; `value` is normalised unless the mode is `exact`. */
export interface StringExpression {
  readonly kind: 'string';
  readonly param: string;
  readonly mode: 'starts' | 'contains' | 'exact';
  readonly value: string;
}

/** A uri, exactly. */
export interface UriExpression {
  readonly kind: 'uri';
  readonly param: string;
  readonly value: string;
}

/** Prefix of an ordered value. @see https://hl7.org/fhir/R4/search.html#prefix */
export type Comparator = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

/**
 * A date or number against the half-open interval [low, high) of the searched value. `param` `_lastUpdated` is the
 * resource's own instant.
 */
export interface RangeExpression {
  readonly kind: 'date' | 'number';
  readonly param: string;
  readonly comparator: Comparator;
  readonly low: number;
  readonly high: number;
}

/** A quantity: as a number, and the unit by system and code, or by code or unit text alone. */
export interface QuantityExpression {
  readonly kind: 'quantity';
  readonly param: string;
  readonly comparator: Comparator;
  readonly low: number;
  readonly high: number;
  readonly system?: string;
  readonly unit?: string;
}

/** `:missing`. */
export interface MissingExpression {
  readonly kind: 'missing';
  readonly param: string;
  readonly missing: boolean;
}

/** `_compartment=Patient/x`: the resource is in the compartment of the patient. */
export interface CompartmentExpression {
  readonly kind: 'compartment';
  readonly patient: string;
}

/** One sort key, most significant first in a list. */
export interface SortKey {
  /** `_lastUpdated`, `_id` or a search parameter of type date, string, number or quantity. */
  readonly param: string;
  readonly descending: boolean;
}

/** A parsed search of one resource type. */
export interface SearchRequest {
  readonly type: string;
  readonly where: SearchExpression;
  readonly sort: readonly SortKey[];
  /** Entries on a page; 0 asks for the total only. */
  readonly count: number;
  readonly total: 'none' | 'estimate' | 'accurate';
  /** The parameters that were understood, in their order, as they stand in the self link. */
  readonly used: readonly (readonly [name: string, value: string])[];
  /** Opaque position of the page, from the `next` link. */
  readonly cursor?: string;
  readonly summary?: 'true' | 'text' | 'data' | 'count' | 'false';
  readonly elements?: readonly string[];
}

/** Everything. */
export const ALL: SearchExpression = { kind: 'all' };
/** Nothing. */
export const NONE: SearchExpression = { kind: 'none' };

/** Conjunction; flattens, and drops what does not matter. */
export function and(...operands: readonly SearchExpression[]): SearchExpression {
  return combine('and', operands);
}

/** Disjunction; flattens, and drops what does not matter. */
export function or(...operands: readonly SearchExpression[]): SearchExpression {
  return combine('or', operands);
}

/** Negation. */
export function not(operand: SearchExpression): SearchExpression {
  if (operand.kind === 'all') return NONE;
  if (operand.kind === 'none') return ALL;
  if (operand.kind === 'not') return operand.operand;
  return { kind: 'not', operand };
}

function combine(kind: 'and' | 'or', operands: readonly SearchExpression[]): SearchExpression {
  const neutral = kind === 'and' ? 'all' : 'none';
  const absorbing = kind === 'and' ? 'none' : 'all';
  const flat: SearchExpression[] = [];
  for (const operand of operands) {
    if (operand.kind === absorbing) return operand;
    if (operand.kind === neutral) continue;
    if (operand.kind !== kind) flat.push(operand);
    else for (const inner of operand.operands) flat.push(inner);
  }
  const [only] = flat;
  if (only === undefined) return kind === 'and' ? ALL : NONE;
  return flat.length === 1 ? only : { kind, operands: flat };
}
