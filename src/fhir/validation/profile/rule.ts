import type { ElementDefinitionConstraint } from '@medplum/fhirtypes';

/** A type that an element may have. */
export interface RuleType {
  readonly code: string;
  /** Profiles of which a value has to conform to one. */
  readonly profiles: readonly string[];
  /** Profiles of which the target of a reference has to conform to one. */
  readonly targets: readonly string[];
}

/** How slices are told apart. @see https://hl7.org/fhir/R4/profiling.html#slicing */
export interface Slicing {
  readonly discriminators: readonly { readonly type: string; readonly path: string }[];
  readonly closed: boolean;
}

/**
 * What a profile says of one element, beyond what the data type and the rules of the same element without its slice name
 * say: all of them are checked side by side, so nothing is copied from one to the other.
 */
export interface Rule {
  /** Name of the element; a choice as `value[x]`. */
  readonly name: string;
  /** Name of the slice; '' for the element as a whole. */
  readonly slice: string;
  /** Name of the package in which its canonicals are looked up. */
  readonly scope: string;
  /** Structure of which the children are elements: a type, or the path of a backbone element; '' if not known. */
  readonly structure: string;
  /** True for what the base specification says of its own resources and types. */
  readonly base: boolean;
  min?: number;
  max?: number;
  types?: readonly RuleType[];
  fixed?: unknown;
  pattern?: unknown;
  maxLength?: number;
  binding?: { readonly strength: string; readonly valueSet: string };
  slicing?: Slicing;
  constraints: readonly ElementDefinitionConstraint[];
  readonly children: Map<string, Rule>;
  readonly slices: Map<string, Rule>;
}

/** The rules of one StructureDefinition. */
export interface RuleTree {
  readonly url: string;
  readonly version: string | undefined;
  readonly type: string;
  readonly root: Rule;
}

/** A rule that says nothing yet. */
export function emptyRule(
  place: Pick<Rule, 'name' | 'slice' | 'scope' | 'structure' | 'base'>,
): Rule {
  return { ...place, constraints: [], children: new Map(), slices: new Map() };
}

/** A copy that can be changed without changing the rule it comes from. */
export function copyRule(rule: Rule): Rule {
  return {
    ...rule,
    children: new Map([...rule.children].map(([name, child]) => [name, copyRule(child)])),
    slices: new Map([...rule.slices].map(([name, slice]) => [name, copyRule(slice)])),
  };
}
