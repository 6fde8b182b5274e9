import type { Definitions } from '../../definitions/model.ts';
import { fhirError } from '../../outcome/codes.ts';
import { membersOf } from './children.ts';
import { insertItem, listLength, setMember } from './edit.ts';

/** A value to put somewhere: what stands at the element, and what stands beside it where it is a primitive. */
export interface PatchValue {
  readonly value?: unknown;
  /** Id and extensions of a primitive. */
  readonly beside?: unknown;
  /** Type as the name of the part says it (`Quantity` of `valueQuantity`); absent for an anonymous structure. */
  readonly type?: string;
}

/** A part of an operation. */
export type PatchPart = Readonly<Record<string, unknown>>;

/** Levels that anonymous structures may have. */
const MAX_DEPTH = 32;

/**
 * Reads the value of an operation: `value[x]`, a resource, or for a structure without a type name (`Patient.contact`) a
 * part for each of its elements.
 * @param structure path of the structure that the value will be, for anonymous ones
 * @throws FhirError `FHIR_INVALID_PATCH`
 * @see https://hl7.org/fhir/R4/fhirpatch.html
 */
export function readPatchValue(
  definitions: Definitions,
  part: PatchPart,
  structure: string | undefined,
  where: string,
  depth = 0,
): PatchValue {
  if (depth > MAX_DEPTH) throw invalid(`the value of ${where} is nested too deep`);
  if (part['resource'] !== undefined) return { value: part['resource'] };
  const keys = Object.keys(part).filter((key) => /^_?value[A-Z]/.test(key));
  const key = keys.find((name) => !name.startsWith('_')) ?? keys[0]?.slice(1);
  if (key !== undefined) {
    const beside = part[`_${key}`];
    return {
      type: key.slice('value'.length),
      ...(part[key] === undefined ? {} : { value: part[key] }),
      ...(beside === undefined ? {} : { beside }),
    };
  }
  const parts = part['part'];
  if (!Array.isArray(parts) || parts.length === 0) throw invalid(`${where} has no value`);
  const built: Record<string, unknown> = {};
  for (const item of parts as readonly unknown[]) {
    const name = (item as { readonly name?: unknown } | null)?.name;
    if (typeof name !== 'string') throw invalid(`a part of the value of ${where} has no name`);
    const inner = item as PatchPart;
    const member = memberFor(definitions, structure, name, inner, where);
    const value = readPatchValue(definitions, inner, member.structure, where, depth + 1);
    if (member.list) insertItem(built, member.key, listLength(built, member.key), value);
    else setMember(built, member.key, value);
  }
  return { value: built };
}

/**
 * How an element is written in JSON, where it has the value of a part: the type of the value chooses among the types of a
 * choice. An element that the definitions do not know is refused.
 * @throws FhirError `FHIR_INVALID_PATCH`
 */
export function memberFor(
  definitions: Definitions,
  structure: string | undefined,
  name: string,
  part: PatchPart,
  where: string,
): ReturnType<typeof membersOf>[number] {
  const members = structure === undefined ? [] : membersOf(definitions, structure, name);
  const typed = Object.keys(part).find((key) => /^_?value[A-Z]/.test(key));
  const type = typed?.replace(/^_?value/, '');
  const member =
    members.length > 1
      ? members.find(({ key }) => key === `${name}${String(type)}`)
      : (members[0] ?? choiceNamed(definitions, structure, name));
  if (member === undefined)
    throw invalid(`${where} names an element that is not there: ${name.slice(0, 64)}`);
  return member;
}

/** `deceasedBoolean` in place of `deceased`: not what FHIRPath says, but what everybody understands. */
function choiceNamed(definitions: Definitions, structure: string | undefined, name: string) {
  const elements = definitions.structure(structure ?? '')?.elements;
  for (const element of elements?.keys() ?? []) {
    if (!element.endsWith('[x]') || !name.startsWith(element.slice(0, -3))) continue;
    const member = membersOf(definitions, structure ?? '', element.slice(0, -3)).find(
      ({ key }) => key === name,
    );
    if (member !== undefined) return member;
  }
  return undefined;
}

function invalid(reason: string) {
  return fhirError('FHIR_INVALID_PATCH', { reason });
}
