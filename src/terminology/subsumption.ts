import type { Concept } from './code-system.ts';

/** The concept and all below it. A hierarchy that runs in a circle ends where it began. */
export function descendantsOrSelf(concept: Concept): ReadonlySet<Concept> {
  return reachable(concept, (it) => it.children);
}

/** The concept and all above it. */
export function ancestorsOrSelf(concept: Concept): ReadonlySet<Concept> {
  return reachable(concept, (it) => it.parents);
}

/** How two concepts of one system stand to each other. @see https://hl7.org/fhir/R4/codesystem-operation-subsumes.html */
export function subsumption(
  a: Concept,
  b: Concept,
): 'equivalent' | 'subsumes' | 'subsumed-by' | 'not-subsumed' {
  if (a === b) return 'equivalent';
  if (ancestorsOrSelf(b).has(a)) return 'subsumes';
  return ancestorsOrSelf(a).has(b) ? 'subsumed-by' : 'not-subsumed';
}

function reachable(
  start: Concept,
  next: (concept: Concept) => readonly Concept[],
): ReadonlySet<Concept> {
  const found = new Set([start]);
  // A set that grows while it is walked: every concept is visited once.
  for (const concept of found) for (const other of next(concept)) found.add(other);
  return found;
}
