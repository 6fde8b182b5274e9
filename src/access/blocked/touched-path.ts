/**
 * One element on the way to what a search parameter looks at. A choice goes by two names: without its type (`value`) and
 * with it (`valueQuantity`).
 */
export interface TouchedStep {
  readonly names: readonly string[];
  /** URL of the extensions that are looked at; absent: all of them. */
  readonly url?: string;
}

/** Path of an element that a search parameter looks at. The empty one is the whole resource. */
export type TouchedPath = readonly TouchedStep[];

/** Touches everything: what is known of an expression that cannot be read. */
export const WHOLE_RESOURCE: TouchedPath = [];

/** A step to an element of one name. */
export function elementStep(name: string): TouchedStep {
  return { names: [name] };
}
