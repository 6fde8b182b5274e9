import { asObject } from './json-object.ts';
import {
  POLICY_AGGREGATE_EXTENSION,
  POLICY_BLOCKED_PARAMETER_EXTENSION,
  POLICY_MASK_EXTENSION,
} from './policy-extensions.ts';
import type { EntryFields } from './view/entry-fields.ts';
import { isElementSteps, parseElementPath, printElementPath } from './view/element-path.ts';
import type { ElementPath, FieldMask, MaskKind } from './view/field-view.ts';

/** Ends the reading of an entry that could not be enforced. */
type Refuse = (reason: string) => never;

/** Paths, constraints and extensions that one entry may bear, each. */
const MAX_ITEMS = 200;

/** Smallest threshold that says anything: by one, each cell could be a person. */
const MIN_AGGREGATE = 2;
const MAX_AGGREGATE = 1_000_000;
const MAX_EXPRESSION = 4_000;

const MASK_KIND = /^(?:year|month|prefix-[1-9][0-9]?)$/;
const PARAMETER = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

/** The elements of an entry that are about fields. */
export interface FieldElements {
  readonly hiddenFields?: unknown;
  readonly readonlyFields?: unknown;
  readonly writeConstraint?: unknown;
  readonly extension?: unknown;
}

/** Reads what an entry says about fields. What is not understood is refused, as it could only narrow. */
export function readFields(elements: FieldElements, refuse: Refuse): EntryFields {
  const masks: FieldMask[] = [];
  const blocked: string[] = [];
  let aggregateOnly: number | undefined;
  for (const item of listOf(elements.extension, 'extension', refuse)) {
    const extension = asObject(item) ?? {};
    switch (extension['url']) {
      case POLICY_MASK_EXTENSION:
        masks.push(readMask(extension, refuse));
        break;
      case POLICY_BLOCKED_PARAMETER_EXTENSION:
        blocked.push(readParameter(extension['valueCode'], refuse));
        break;
      case POLICY_AGGREGATE_EXTENSION:
        if (aggregateOnly !== undefined) refuse('it has several aggregate thresholds');
        aggregateOnly = readThreshold(extension['valuePositiveInt'], refuse);
        break;
      default:
        refuse('it bears an unknown extension');
    }
  }
  return {
    hidden: readPaths(elements.hiddenFields, 'hiddenFields', refuse),
    readonly: readPaths(elements.readonlyFields, 'readonlyFields', refuse),
    masks,
    blockedParameters: [...new Set(blocked)],
    writeConstraint: listOf(elements.writeConstraint, 'writeConstraint', refuse).map((item) =>
      readConstraint(item, refuse),
    ),
    ...(aggregateOnly === undefined ? {} : { aggregateOnly }),
  };
}

function listOf(value: unknown, element: string, refuse: Refuse): readonly unknown[] {
  if (value === undefined) return [];
  // FHIR has no empty lists; one could be meant as all or as nothing.
  if (!Array.isArray(value) || value.length === 0) return refuse(`${element} is not a list`);
  return value.length > MAX_ITEMS ? refuse(`${element} has too many items`) : value;
}

function readPaths(value: unknown, element: string, refuse: Refuse): readonly ElementPath[] {
  const paths = listOf(value, element, refuse).map((item) => readPath(item, element, refuse));
  return [...new Set(paths)];
}

function readPath(value: unknown, element: string, refuse: Refuse): ElementPath {
  if (typeof value !== 'string') return refuse(`${element} names an element by no string`);
  const steps = parseElementPath(value);
  return isElementSteps(steps)
    ? printElementPath(steps)
    : refuse(`${element} ${JSON.stringify(value.slice(0, 100))}: ${steps.malformed}`);
}

function readMask(extension: Readonly<Record<string, unknown>>, refuse: Refuse): FieldMask {
  const parts = listOf(extension['extension'], 'mask', refuse).map((part) => asObject(part) ?? {});
  const one = (url: string): Readonly<Record<string, unknown>> => {
    const named = parts.filter((part) => part['url'] === url);
    return named.length === 1 && named[0] !== undefined
      ? named[0]
      : refuse(`a mask needs one ${url}`);
  };
  const kind = one('kind')['valueCode'];
  const path = readPath(one('path')['valueString'], 'mask', refuse);
  if (parts.length !== 2) return refuse('a mask has path and kind and nothing else');
  return isMaskKind(kind) ? { path, kind } : refuse('the kind of a mask is unknown');
}

function isMaskKind(kind: unknown): kind is MaskKind {
  return typeof kind === 'string' && MASK_KIND.test(kind);
}

function readParameter(value: unknown, refuse: Refuse): string {
  if (typeof value === 'string' && PARAMETER.test(value)) return value;
  return refuse('a blocked parameter is named by valueCode');
}

function readThreshold(value: unknown, refuse: Refuse): number {
  const within =
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= MIN_AGGREGATE &&
    value <= MAX_AGGREGATE;
  return within ? value : refuse(`an aggregate threshold is a whole number from ${MIN_AGGREGATE}`);
}

function readConstraint(item: unknown, refuse: Refuse): string {
  const { language, expression } = asObject(item) ?? {};
  if (language !== 'text/fhirpath') return refuse('writeConstraint is not text/fhirpath');
  return typeof expression === 'string' && expression !== '' && expression.length <= MAX_EXPRESSION
    ? expression
    : refuse('writeConstraint has no expression, or too long a one');
}
