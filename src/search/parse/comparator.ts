import type { Comparator } from '../expression.ts';

const PREFIX = /^(?:eq|ne|gt|lt|ge|le|sa|eb|ap)/;

/**
 * Cuts the prefix off an ordered value; without one it is `eq`.
 * @see https://hl7.org/fhir/R4/search.html#prefix
 */
export function splitComparator(value: string): [comparator: Comparator, rest: string] {
  const prefix = PREFIX.exec(value)?.[0];
  return prefix === undefined ? ['eq', value] : [prefix as Comparator, value.slice(2)];
}
