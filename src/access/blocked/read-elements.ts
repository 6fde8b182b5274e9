import type { SearchParameterType } from '../../definitions/model.ts';

/** What of the elements of a parameter a condition looks at. */
export type Aspect =
  /** The value that is compared and sorted by. */
  | 'value'
  /** Its words, for `:text`. */
  | 'text'
  /** Whether there is anything, for `:missing`. */
  | 'missing'
  /** The identifier of a reference, for `:identifier`. */
  | 'identifier'
  /** The type of an identifier, for `:of-type`. */
  | 'of-type';

/** Paths below an element, with dots between; `''` is the element itself with everything in it. */
type Reads = Readonly<Partial<Record<Aspect, readonly string[]>>>;

const EVERYTHING: readonly string[] = [''];

/** What the converters of `src/search/extract` read of a data type; all of it where nothing is said here. */
const READS: Readonly<Partial<Record<SearchParameterType, Readonly<Record<string, Reads>>>>> = {
  token: {
    CodeableConcept: {
      value: ['coding.code', 'coding.system'],
      text: ['coding.display', 'text'],
    },
    Coding: { value: ['code', 'system'], text: ['display'] },
    Identifier: { value: ['value', 'system'], text: ['type.text'], 'of-type': ['type', 'value'] },
    ContactPoint: { value: ['value', 'system'] },
  },
  reference: { Reference: { value: ['reference'], identifier: ['identifier'] } },
};

/**
 * The paths below an element of a data type that a condition looks at.
 * @param type FHIR type code of the element; undefined where it is not known
 */
export function readElements(
  kind: SearchParameterType,
  type: string | undefined,
  aspect: Aspect,
): readonly string[] {
  const reads = READS[kind]?.[type ?? ''];
  if (reads === undefined) return EVERYTHING;
  // A resource that has the words alone counts as one that has the parameter.
  if (aspect === 'missing') return [...(reads.value ?? EVERYTHING), ...(reads.text ?? [])];
  return reads[aspect] ?? EVERYTHING;
}
