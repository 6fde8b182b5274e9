import type { RelativeDistinguishedNames } from 'pkijs';
import { oid } from './oids.ts';

const IK_UNIT = /^IK(\d{9})$/;

/** Organisational units of a distinguished name, in order. */
function organizationalUnits(name: RelativeDistinguishedNames): readonly string[] {
  return name.typesAndValues
    .filter((attribute) => attribute.type === oid.organizationalUnit)
    .map((attribute): unknown => attribute.value.valueBlock.value)
    .filter((value): value is string => typeof value === 'string')
    .map((value) => value.trim());
}

/** Institutionskennzeichen of a subject: the nine digits of the one OU that reads `IK` and nine digits. */
export function ikOf(subject: RelativeDistinguishedNames): string | undefined {
  const found = organizationalUnits(subject).flatMap((unit) => IK_UNIT.exec(unit)?.[1] ?? []);
  // Two different IKs would let a certificate stand for two institutions.
  return new Set(found).size === 1 ? found[0] : undefined;
}

/** Name of the organisation: the first OU that is not the IK. */
export function organisationOf(subject: RelativeDistinguishedNames): string | undefined {
  return organizationalUnits(subject).find((unit) => !IK_UNIT.test(unit));
}
