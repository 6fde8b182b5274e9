import type { ElementPath } from './field-view.ts';

/** One step of an {@link ElementPath}. */
export type ElementStep =
  /** An element by its name, a choice by its name without `[x]` or with its type (`value`, `valueQuantity`). */
  | { readonly kind: 'element'; readonly name: string }
  /** The extensions of one URL. */
  | { readonly kind: 'extension'; readonly url: string };

/** Longest path, in characters. */
const MAX_LENGTH = 500;

/** Deepest path, in steps: nothing in FHIR is nested deeper, but for elements that contain themselves. */
const MAX_STEPS = 20;

/** A name, a choice, or an extension by its URL; quotes do not occur in URLs. */
const STEP = /(?:extension\('([^'\s]+)'\)|([A-Za-z][A-Za-z0-9]{0,63})(\[x\])?)(\.|$)/y;

/**
 * Takes the path of an element apart. Whether such an element exists is asked by `check-element-path.ts`.
 * @returns the steps, at least one; `malformed` says what is wrong, without the text
 */
export function parseElementPath(
  text: ElementPath,
): readonly ElementStep[] | { readonly malformed: string } {
  if (text.length > MAX_LENGTH) return { malformed: 'the path is too long' };
  const steps: ElementStep[] = [];
  const step = new RegExp(STEP);
  let more = true;
  while (more) {
    const match = step.exec(text);
    if (match === null) return { malformed: 'the path is not made of names with dots between' };
    const [, url, name = '', , end] = match;
    steps.push(url === undefined ? { kind: 'element', name } : { kind: 'extension', url });
    more = end === '.';
  }
  return steps.length > MAX_STEPS ? { malformed: 'the path is too deep' } : steps;
}

/** True unless {@link parseElementPath} could not read the text. */
export function isElementSteps(
  parsed: readonly ElementStep[] | { readonly malformed: string },
): parsed is readonly ElementStep[] {
  return Array.isArray(parsed);
}

/** The path in its one spelling: `value[x]` becomes `value`. */
export function printElementPath(steps: readonly ElementStep[]): ElementPath {
  return steps
    .map((step) => (step.kind === 'element' ? step.name : `extension('${step.url}')`))
    .join('.');
}
