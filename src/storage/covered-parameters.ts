import type { SearchParameterDefinition } from '../definitions/model.ts';

/** Kinds of parameters whose values are found by comparing them alone, whatever the name they stand under. */
const KINDS: ReadonlySet<string> = new Set(['token', 'quantity', 'number', 'string']);

/**
 * Search parameters that look at nothing but what other parameters of the type look at (`combo-code` at `code` and
 * `component-code`), by code, with those others. They are not indexed: a search by one is a search by any of the others.
 */
export function coveredParameters(
  parameters: Iterable<SearchParameterDefinition>,
): ReadonlyMap<string, readonly string[]> {
  const candidates = [...parameters]
    // Stored parameters come and go, and identifiers lead searches by their own token.
    .filter(
      ({ code, type, custom }) =>
        custom !== true && KINDS.has(type) && !code.startsWith('_') && !code.endsWith('identifier'),
    )
    .map(({ code, type, expression }) => ({
      code,
      type,
      elements: new Set(expression.split('|').map((branch) => branch.trim())),
    }));
  const covered = new Map<string, readonly string[]>();
  for (const { code, type, elements } of candidates) {
    const others = candidates.filter(
      (other) =>
        other.type === type &&
        [...other.elements].every((element) => elements.has(element)) &&
        (other.elements.size < elements.size || other.code < code),
    );
    const together = new Set(others.flatMap((other) => [...other.elements]));
    if (together.size === elements.size)
      covered.set(
        code,
        others.map((other) => other.code),
      );
  }
  // Only what is indexed itself can stand for another.
  for (const [code, others] of covered)
    covered.set(
      code,
      others.filter((other) => !covered.has(other)),
    );
  return covered;
}
