import type { StructurePlan, StructureProperty } from '../../definitions/structure-plan.ts';

/** A JSON object under construction. */
export type MutableObject = Record<string, unknown>;

/** Items of a list of primitives, values and what stands beside them; both padded with null. */
export interface OpenList {
  readonly property: StructureProperty;
  readonly values: unknown[];
  readonly besides: unknown[];
}

/** Where an element is: its name, and which of its equals it is, from 0; -1 for one that cannot repeat. */
interface Place {
  readonly name: string;
  /** Name in FHIRPath. */
  readonly path: string;
  readonly index: number;
}

/** A complex element or a resource: its children become properties. */
export interface ObjectFrame extends Place {
  readonly kind: 'object';
  readonly plan: StructurePlan;
  readonly object: MutableObject;
  /** Property of the last child, and how many of it there were. */
  last: StructureProperty | undefined;
  count: number;
  list: OpenList | undefined;
  /** True once a child was refused. */
  flawed: boolean;
}

/** A primitive: its children are extensions only. */
export interface PrimitiveFrame extends Place {
  readonly kind: 'primitive';
  readonly property: StructureProperty;
  readonly parent: ObjectFrame;
  readonly value: unknown;
  readonly beside: MutableObject;
  /** True if it has a value that is none. */
  readonly flawed: boolean;
}

/** `contained` and the like: its only child is a resource. */
export interface WrapperFrame extends Place {
  readonly kind: 'wrapper';
  readonly put: (resource: MutableObject) => void;
  filled: boolean;
}

/** A narrative, kept as the text from `start` on. */
export interface NarrativeFrame extends Place {
  readonly kind: 'narrative';
  readonly start: number;
  readonly put: (text: string) => void;
}

/** What is inside a narrative. */
export interface InnerFrame extends Place {
  readonly kind: 'inner';
}

/** What was refused, and all that is inside it. */
export interface SkippedFrame extends Place {
  readonly kind: 'skipped';
}

/** One open element. */
export type Frame =
  | ObjectFrame
  | PrimitiveFrame
  | WrapperFrame
  | NarrativeFrame
  | InnerFrame
  | SkippedFrame;

/** Ends a list of primitives: what has no values, or nothing beside them, is not there in JSON. */
export function closeList(frame: ObjectFrame): void {
  const { list, object } = frame;
  if (list === undefined) return;
  frame.list = undefined;
  const { name, shadow } = list.property;
  if (list.values.some((value) => value !== null)) object[name] = list.values;
  if (list.besides.some((beside) => beside !== null)) object[shadow] = list.besides;
}

/** FHIRPath of the innermost element, by names and indexes. @see https://hl7.org/fhir/R4/fhirpath.html#simple */
export function fhirPathOf(frames: readonly Frame[]): string {
  return frames
    .filter((frame, index) => frame.kind !== 'object' || frames[index - 1]?.kind !== 'wrapper')
    .map(({ path, index }) => (index < 0 ? path : `${path}[${String(index)}]`))
    .join('.');
}

/** XPath of the innermost element, `f:` being the namespace of FHIR. */
export function xPathOf(frames: readonly Frame[]): string {
  return frames
    .map(({ name, index }) => `/f:${name}${index < 0 ? '' : `[${String(index + 1)}]`}`)
    .join('');
}
