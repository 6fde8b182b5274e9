/** Collects the parameters of a statement and names their placeholders. */
export interface SqlParameters {
  readonly values: unknown[];
  /** Adds a value and returns its placeholder with a cast. */
  add(value: unknown, type: string): string;
}

/** Starts an empty list, or goes on after what is there. */
export function sqlParameters(values: unknown[] = []): SqlParameters {
  return {
    values,
    add(value, type) {
      values.push(value);
      return `$${String(values.length)}::${type}`;
    },
  };
}
