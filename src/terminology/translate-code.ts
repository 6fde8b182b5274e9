import type {
  Coding,
  ConceptMap,
  ConceptMapGroup,
  ConceptMapGroupElementTarget,
} from '@medplum/fhirtypes';

/** How a target code stands to its source. @see https://hl7.org/fhir/R4/valueset-concept-map-equivalence.html */
export type Equivalence = ConceptMapGroupElementTarget['equivalence'];

/** One translation. */
export interface Translation {
  readonly equivalence: Equivalence;
  readonly concept: Coding;
  /** Canonical of the map that says so. */
  readonly source: string | undefined;
}

/** What is asked of the maps. */
export interface TranslationQuestion {
  readonly coding: Coding;
  /** From target to source. */
  readonly reverse: boolean;
  /** The only system that translations may be of. */
  readonly targetSystem: string | undefined;
}

/** The relation seen from the other side. */
const REVERSED: Readonly<Partial<Record<Equivalence, Equivalence>>> = {
  wider: 'narrower',
  narrower: 'wider',
  subsumes: 'specializes',
  specializes: 'subsumes',
};

/** Relations that say there is no translation. */
const NONE: ReadonlySet<Equivalence> = new Set(['unmatched', 'disjoint']);

/** All that one map says of a code. @see https://hl7.org/fhir/R4/conceptmap-operation-translate.html */
export function translate(map: ConceptMap, question: TranslationQuestion): readonly Translation[] {
  return (map.group ?? [])
    .flatMap((group) => (question.reverse ? backward(group, question) : forward(group, question)))
    .filter(
      ({ concept }) =>
        question.targetSystem === undefined || concept.system === question.targetSystem,
    )
    .map((translation) => ({ ...translation, source: map.url }));
}

/** A package may have what no valid resource has: a group without elements. */
function elementsOf({ element }: Partial<ConceptMapGroup>): NonNullable<typeof element> {
  return element ?? [];
}

/** True if there is a translation among them. */
export function isTranslated(translations: readonly Translation[]): boolean {
  return translations.some(({ equivalence }) => !NONE.has(equivalence));
}

function forward(
  group: ConceptMapGroup,
  { coding }: TranslationQuestion,
): readonly Omit<Translation, 'source'>[] {
  if (coding.system !== undefined && group.source !== undefined && coding.system !== group.source) {
    return [];
  }
  const elements = elementsOf(group).filter(({ code }) => code === coding.code);
  if (elements.length === 0) return unmapped(group, coding);
  return elements
    .flatMap(({ target = [] }) => target)
    .map(({ equivalence, code, display }) => ({
      equivalence,
      concept: concept(group.target, group.targetVersion, code, display),
    }));
}

function unmapped(
  { unmapped: rule, target, targetVersion }: ConceptMapGroup,
  { code }: Coding,
): readonly Omit<Translation, 'source'>[] {
  switch (rule?.mode) {
    case 'provided':
      return [{ equivalence: 'equal', concept: concept(target, targetVersion, code, undefined) }];
    case 'fixed':
      return [
        {
          equivalence: 'inexact',
          concept: concept(target, targetVersion, rule.code, rule.display),
        },
      ];
    default:
      return [];
  }
}

function backward(
  group: ConceptMapGroup,
  { coding }: TranslationQuestion,
): readonly Omit<Translation, 'source'>[] {
  if (coding.system !== undefined && group.target !== undefined && coding.system !== group.target) {
    return [];
  }
  return elementsOf(group).flatMap((element) =>
    (element.target ?? [])
      .filter(({ code }) => code === coding.code)
      .map(({ equivalence }) => ({
        equivalence: REVERSED[equivalence] ?? equivalence,
        concept: concept(group.source, group.sourceVersion, element.code, element.display),
      })),
  );
}

function concept(
  system: string | undefined,
  version: string | undefined,
  code: string | undefined,
  display: string | undefined,
): Coding {
  return {
    ...(system === undefined ? {} : { system }),
    ...(version === undefined ? {} : { version }),
    ...(code === undefined ? {} : { code }),
    ...(display === undefined ? {} : { display }),
  };
}
