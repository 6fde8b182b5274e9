import { isRawNumber } from '../../json/patch-budget.ts';

/** A JSON object with named members. */
export type JsonMembers = Readonly<Record<string, unknown>>;

/** True for an object with members: no list, and no number that keeps its digits. */
export function isMembers(value: unknown): value is JsonMembers {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
  );
}

/** A member of an object by its own name, whatever the value is. */
export function memberOf(value: unknown, key: string): unknown {
  return isMembers(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The object with one member set, or without it where the value is undefined. */
export function withMember(members: JsonMembers, key: string, value: unknown): JsonMembers {
  const { [key]: _replaced, ...rest } = members;
  return value === undefined ? rest : { ...rest, [key]: value };
}

/** The items of a list; none where there is no list. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
