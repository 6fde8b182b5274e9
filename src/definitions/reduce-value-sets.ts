import type { CompactStructure } from './compact.ts';
import type { PublishedCodeSystem, PublishedValueSet } from './published.ts';

/** ValueSets of type names, in which Medplum's own resource types are missing. */
const TYPE_NAMES = new Set([
  'http://hl7.org/fhir/ValueSet/resource-types',
  'http://hl7.org/fhir/ValueSet/all-types',
  'http://hl7.org/fhir/ValueSet/defined-types',
]);

/** Types whose required bindings are checked with the structure. */
const CODED = new Set(['code', 'Coding', 'CodeableConcept']);

/** Canonicals of the ValueSets that coded elements are bound to with strength required. */
export function boundValueSets(structures: readonly CompactStructure[]): ReadonlySet<string> {
  const bound = new Set<string>();
  for (const [, , elements] of structures) {
    for (const [, , , types, , binding] of elements) {
      if (binding !== '' && types.some((type) => CODED.has(type))) bound.add(binding);
    }
  }
  return bound;
}

/**
 * Codes of a ValueSet that is a plain enumeration: whole code systems or lists of codes, without filters, exclusions or
 * other ValueSets.
 * @returns undefined for any other ValueSet, and where a code system is not complete in `codeSystems`.
 */
export function enumerate(
  valueSet: PublishedValueSet,
  codeSystems: ReadonlyMap<string, PublishedCodeSystem>,
  resourceTypes: readonly string[],
): readonly string[] | undefined {
  const compose = valueSet.compose;
  if (compose === undefined || compose.exclude !== undefined) return undefined;
  const codes = new Set<string>(TYPE_NAMES.has(valueSet.url) ? resourceTypes : []);
  for (const { system, concept, filter, valueSet: imported } of compose.include) {
    if (system === undefined || filter !== undefined || imported !== undefined) return undefined;
    const codeSystem = codeSystems.get(system);
    if (concept === undefined && codeSystem?.content !== 'complete') return undefined;
    collect(concept ?? codeSystem?.concept ?? [], codes);
  }
  return codes.size === 0 ? undefined : [...codes];
}

/** The code system of a ValueSet that takes codes from one system only. */
export function onlySystem({ compose }: PublishedValueSet): string | undefined {
  const systems = new Set((compose?.include ?? []).map(({ system }) => system));
  const [system] = systems;
  return systems.size === 1 ? system : undefined;
}

type Concept = NonNullable<PublishedCodeSystem['concept']>[number];

function collect(concepts: readonly Concept[], codes: Set<string>): void {
  for (const { code, concept } of concepts) {
    codes.add(code);
    collect(concept ?? [], codes);
  }
}
