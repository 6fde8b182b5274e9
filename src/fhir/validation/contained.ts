import { type ContainerState, containerOf, pathOf, report, type ValidationState } from './state.ts';

/** Remembers a `#id` for {@link checkContainer}. */
export function noteLocalReference(state: ValidationState, id: string, literal: boolean): void {
  const { references } = containerOf(state);
  references.push({ id, path: pathOf(state), literal, within: state.within });
}

/**
 * What R4 says of the contained resources of one resource, once all of it was seen: each is referred to (dom-3), and no
 * reference points to one that is not there (ref-1).
 * @see https://hl7.org/fhir/R4/references.html#contained
 */
export function checkContainer(state: ValidationState, container: ContainerState): void {
  const ids = new Set<string>();
  const referred = new Set<string>();
  for (const { id, within } of container.references) {
    // `#` alone is the container, so whatever says it belongs to the container.
    if (id !== '') referred.add(id);
    else if (within !== undefined) referred.add(within);
  }
  for (const { id, path } of container.contained) {
    if (ids.has(id)) report(state, 'value', 'Two contained resources have this id', path);
    ids.add(id);
    if (!referred.has(id)) report(state, 'invariant', 'dom-3: nothing refers to it', path);
  }
  for (const { id, path, literal } of container.references) {
    if (literal && id !== '' && !ids.has(id)) {
      report(state, 'invariant', 'ref-1: there is no such contained resource', path);
    }
  }
}
