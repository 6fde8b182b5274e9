/** One move along a path. */
export type Step =
  | { readonly kind: 'member'; readonly key: string }
  | {
      readonly kind: 'filter';
      readonly test: (value: unknown) => boolean;
      /** Set where the filter is `where(resolve() is …)` and no more. */
      readonly resolvesTo?: string;
    }
  | { readonly kind: 'item'; readonly index: number }
  | { readonly kind: 'map'; readonly map: (value: unknown) => unknown };

/** Type of what `resolve()` gives: the name of the resource type it points to is all that is known of it. */
export const RESOLVED = '(resolved)';

/** One way through a resource to values of one type. */
export interface Branch {
  readonly steps: readonly Step[];
  /** FHIR type code of the values: `Quantity`, `code`, `BackboneElement`. */
  readonly type: string;
  /** Path of the structure of the values; undefined for primitives and computed values. */
  readonly structure: string | undefined;
  /** True if the last step is a member that repeats, and nothing before it repeats: `[0]` is only clear there. */
  readonly indexable: boolean;
  /** Canonical of the ValueSet to which the values are bound with strength required. */
  readonly binding?: string;
}

/** A path that has not moved yet, from a value of a type. */
export function startAt(type: string, structure: string | undefined = type): Branch {
  return { steps: [], type, structure, indexable: false };
}

/** The branch with one more step. */
export function extend(
  branch: Branch,
  step: Step,
  result: Partial<Omit<Branch, 'steps'>> = {},
): Branch {
  const { binding: _bound, ...rest } = branch;
  return { ...rest, indexable: false, ...result, steps: [...branch.steps, step] };
}

/** Calls `visit` for every value at the end of the steps; lists are walked item by item, `null` items are skipped. */
export function walk(
  start: unknown,
  steps: readonly Step[],
  visit: (value: unknown) => void,
  from = 0,
): void {
  let value = start;
  for (let at = from; at < steps.length; at += 1) {
    const step = steps[at];
    if (step === undefined || value === undefined || value === null) return;
    switch (step.kind) {
      case 'member':
        value = (value as Readonly<Record<string, unknown>>)[step.key];
        break;
      case 'filter':
        if (!step.test(value)) return;
        break;
      case 'map':
        value = step.map(value);
        break;
      case 'item':
        if (step.index > 0) return;
        break;
    }
    if (!Array.isArray(value)) continue;
    const next = steps[at + 1];
    if (next?.kind === 'item') {
      value = value[next.index];
      at += 1;
      continue;
    }
    for (const item of value) walk(item, steps, visit, at + 1);
    return;
  }
  if (value !== undefined && value !== null) visit(value);
}
