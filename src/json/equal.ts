import { isRawNumber } from './patch-budget.ts';

/**
 * True if two JSON values are equal as JSON Patch compares them: numbers by value, objects whatever the order of their
 * names. Stops at the first difference, so that it costs no more than the smaller of both.
 * @see https://www.rfc-editor.org/rfc/rfc6902#section-4.6
 */
export function jsonEqual(a: unknown, b: unknown): boolean {
  const left = plain(a);
  const right = plain(b);
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
    return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => jsonEqual(item, right[index]))
    );
  }
  const members = left as Readonly<Record<string, unknown>>;
  const others = right as Readonly<Record<string, unknown>>;
  const keys = Object.keys(members);
  return (
    keys.length === Object.keys(others).length &&
    keys.every((key) => Object.hasOwn(others, key) && jsonEqual(members[key], others[key]))
  );
}

function plain(value: unknown): unknown {
  return typeof value === 'object' && value !== null && isRawNumber(value)
    ? Number(value.rawJSON)
    : value;
}
