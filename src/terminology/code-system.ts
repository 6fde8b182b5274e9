import type { CodeSystem, CodeSystemConcept, CodeSystemConceptProperty } from '@medplum/fhirtypes';

/** One concept of a code system, and its place in the hierarchy. */
export interface Concept {
  readonly code: string;
  readonly display: string | undefined;
  readonly definition: string | undefined;
  readonly designation: NonNullable<CodeSystemConcept['designation']>;
  readonly property: readonly CodeSystemConceptProperty[];
  readonly parents: Concept[];
  readonly children: Concept[];
  /** Not to be used in data: it only groups others. */
  readonly abstract: boolean;
  readonly inactive: boolean;
}

/** A code system whose concepts are known, opened for questions. */
export interface OpenCodeSystem {
  readonly resource: CodeSystem;
  readonly url: string;
  readonly version: string | undefined;
  /** True if every code of the system is here. */
  readonly complete: boolean;
  /** In the order of the resource, parents before their children. */
  readonly concepts: readonly Concept[];
  find(code: string): Concept | undefined;
}

const ABSTRACT = new Set(['notSelectable', 'abstract']);
const INACTIVE_STATUS = new Set(['retired', 'inactive']);

/**
 * Opens a code system. Its hierarchy is that of nested concepts and of the properties `parent`, `subsumedBy` and `child`.
 * @see https://hl7.org/fhir/R4/codesystem.html#hierarchy
 */
export function openCodeSystem(resource: CodeSystem): OpenCodeSystem {
  const byCode = new Map<string, Concept>();
  const folded = resource.caseSensitive === false ? new Map<string, Concept>() : undefined;
  collect(resource.concept ?? [], undefined, byCode);
  for (const concept of byCode.values()) {
    for (const property of concept.property) linkByProperty(concept, property, byCode);
    folded?.set(concept.code.toLowerCase(), concept);
  }
  return {
    resource,
    url: resource.url ?? '',
    version: resource.version,
    complete: resource.content === 'complete',
    concepts: [...byCode.values()],
    find: (code) => byCode.get(code) ?? folded?.get(code.toLowerCase()),
  };
}

function collect(
  concepts: readonly CodeSystemConcept[],
  parent: Concept | undefined,
  byCode: Map<string, Concept>,
): void {
  for (const source of concepts) {
    const property = source.property ?? [];
    const concept: Concept = byCode.get(source.code) ?? {
      code: source.code,
      display: source.display,
      definition: source.definition,
      designation: source.designation ?? [],
      property,
      parents: [],
      children: [],
      abstract: property.some((it) => ABSTRACT.has(it.code) && it.valueBoolean === true),
      inactive: property.some(isInactive),
    };
    byCode.set(source.code, concept);
    if (parent !== undefined) link(parent, concept);
    collect(source.concept ?? [], concept, byCode);
  }
}

function isInactive({ code, valueBoolean, valueCode }: CodeSystemConceptProperty): boolean {
  return (
    (code === 'inactive' && valueBoolean === true) ||
    (code === 'status' && valueCode !== undefined && INACTIVE_STATUS.has(valueCode))
  );
}

function linkByProperty(
  concept: Concept,
  { code, valueCode, valueCoding }: CodeSystemConceptProperty,
  byCode: ReadonlyMap<string, Concept>,
): void {
  const other = byCode.get(valueCode ?? valueCoding?.code ?? '');
  if (other === undefined) return;
  if (code === 'parent' || code === 'subsumedBy') link(other, concept);
  else if (code === 'child') link(concept, other);
}

function link(parent: Concept, child: Concept): void {
  if (parent === child || areLinked(parent, child)) return;
  child.parents.push(parent);
  parent.children.push(child);
}

/** Asked of the shorter list: a code with a hundred thousand parents has parents with one child each. */
function areLinked(parent: Concept, child: Concept): boolean {
  return parent.children.length < child.parents.length
    ? parent.children.includes(child)
    : child.parents.includes(parent);
}
