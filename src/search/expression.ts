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
  | TokenTextExpression
  | TokenSetExpression
  | CompositeExpression
  | TextExpression
  | MissingExpression
  | CompartmentExpression
  | ChainExpression
  | HasExpression;

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

/** A string; `value` is normalised unless the mode is `exact`. `equals` and `ends` are those of `_filter`. */
export interface StringExpression {
  readonly kind: 'string';
  readonly param: string;
  readonly mode: 'starts' | 'contains' | 'exact' | 'equals' | 'ends';
  readonly value: string;
}

/** A uri: exactly, or for `below` that and everything that continues its path. */
export interface UriExpression {
  readonly kind: 'uri';
  readonly param: string;
  readonly value: string;
  readonly mode?: 'below';
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
  /**
   * Present where `low` and `high` go with the time (`%now` in a policy): then these are their distances from the instant of
   * asking, in milliseconds, and `low` and `high` are read anew each time the expression is printed or evaluated.
   */
  readonly relative?: { readonly low: number; readonly high: number };
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
  /** Base units of UCUM, in which the interval then is; there is no `unit` beside it. */
  readonly canonical?: string;
}

/** `:text` on a token: what it says in words contains `value`, which is normalised. */
export interface TokenTextExpression {
  readonly kind: 'token-text';
  readonly param: string;
  readonly value: string;
}

/**
 * A token that is in a value set, or above or below a code of its system. It is resolved to plain tokens under the policy
 * of the caller (`terminology.ts`) before anything is judged by it.
 */
export interface TokenSetExpression {
  readonly kind: 'token-set';
  readonly param: string;
  readonly relation: 'in' | 'above' | 'below';
  /** Of the code, for `above` and `below`. */
  readonly system?: string;
  /** Canonical or `ValueSet/id` for `in`, else the code. */
  readonly value: string;
}

/** A composite: one element satisfies all; their parameters are `partName(param, n)`. */
export interface CompositeExpression {
  readonly kind: 'composite';
  readonly param: string;
  readonly components: readonly SearchExpression[];
}

/** `_text` and `_content`: full text, as PostgreSQL understands it. Only the database can answer it. */
export interface TextExpression {
  readonly kind: 'text';
  readonly scope: '_text' | '_content';
  readonly query: string;
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

/**
 * A chain: the reference `param` leads to a resource of type `target` that satisfies `where`.
 * @see https://hl7.org/fhir/R4/search.html#chaining
 */
export interface ChainExpression {
  readonly kind: 'chain';
  readonly param: string;
  readonly target: string;
  readonly where: SearchExpression;
}

/**
 * A reverse chain: a resource of type `source` refers to this one by `param` and satisfies `where`.
 * @see https://hl7.org/fhir/R4/search.html#has
 */
export interface HasExpression {
  readonly kind: 'has';
  readonly source: string;
  readonly param: string;
  readonly where: SearchExpression;
}

/**
 * One `_include` or `_revinclude`: the resources to which `source` refers by `param`, or those that refer by it.
 * @see https://hl7.org/fhir/R4/search.html#revinclude
 */
export interface IncludeDirective {
  readonly direction: 'include' | 'revinclude';
  /** Type of the resources that hold the reference. */
  readonly source: string;
  /** Reference parameter, or `*` for all of the type. */
  readonly param: string;
  /** Type that the reference must lead to. */
  readonly target?: string;
  /** `:iterate`: also for what was included. */
  readonly iterate: boolean;
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
  /** `_include` and `_revinclude`, each once. */
  readonly includes?: readonly IncludeDirective[];
  /** `Type/id` of the compartment that was asked for in the path, for the audit record; `where` holds the condition. */
  readonly compartment?: string;
  /** `_offset`: matches to leave out before the first page. */
  readonly offset?: number;
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
