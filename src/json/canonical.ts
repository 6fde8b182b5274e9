import { isRawNumber } from './patch-budget.ts';

/**
 * A text that two JSON values share if and only if they are the same: the order of names does not count, the digits of
 * numbers do (`1.10` is not `1.1`), as FHIR demands of decimals. An element that is absent and one that is undefined are
 * the same.
 * @see https://hl7.org/fhir/R4/datatypes.html#decimal
 */
export function canonicalJson(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value !== 'object' || value === null || isRawNumber(value))
    return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  const texts = Object.keys(members)
    .filter((name) => members[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(members[name])}`);
  return `{${texts.join(',')}}`;
}

/** True if two JSON values are the same to the last digit. */
export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}
