/** One expression to be evaluated on one value of the resource. */
export interface Evaluation {
  readonly expression: string;
  /** Type or path of the value, from which the engine knows the types of what is in it. */
  readonly base: string;
  /** Properties and indexes from the root to the value. */
  readonly keys: readonly (string | number)[];
  /** The same to `%resource`. */
  readonly resource: readonly (string | number)[];
  /** The same to `%rootResource`. */
  readonly root: readonly (string | number)[];
}

/** What the worker is asked. */
export interface InvariantRequest {
  readonly resource: unknown;
  readonly evaluations: readonly Evaluation[];
  /** Value sets that `memberOf` asks for, as `system|code`. */
  readonly valueSets: Readonly<Record<string, readonly string[]>>;
}

/** Constraints of a rule on a write: what is asked of the resource as it was and as it will be. */
export interface ConstraintRequest {
  readonly constraints: readonly string[];
  /** `%before`; empty where the write creates. */
  readonly before?: unknown;
  /** `%after`, which is also what the expressions start from; empty where the write deletes. */
  readonly after?: unknown;
}

/** Whether the invariant holds; `unknown` where the expression could not be evaluated. */
export type InvariantVerdict = 'holds' | 'fails' | 'unknown';
