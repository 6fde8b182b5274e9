import type { CodeSystemConceptProperty, ValueSetComposeIncludeFilter } from '@medplum/fhirtypes';
import { fhirError } from '../outcome/codes.ts';
import type { Concept, OpenCodeSystem } from './code-system.ts';
import { linearRegex } from './linear-regex.ts';
import { ancestorsOrSelf, descendantsOrSelf } from './subsumption.ts';
import type { Work } from './work.ts';

/** Whether a concept passes; what that costs is counted. */
export type ConceptFilter = (concept: Concept, work: Work) => boolean;

/**
 * Reads one filter of a value set over the concepts of a code system that is there.
 * @throws FhirError `TERMINOLOGY_FILTER` for an operator, property or expression that is not understood
 * @see https://hl7.org/fhir/R4/valueset-filter-operator.html
 */
export function conceptFilter(
  system: OpenCodeSystem,
  { property, op, value }: ValueSetComposeIncludeFilter,
): ConceptFilter {
  const isConcept = property === 'concept' || property === 'code';
  const named = (): ReadonlySet<Concept> => {
    const concept = system.find(value);
    return concept === undefined ? new Set() : descendantsOrSelf(concept);
  };
  switch (op) {
    case 'is-a':
      return memberOf(named());
    case 'is-not-a': {
      const below = named();
      return (concept) => !below.has(concept);
    }
    case 'descendent-of': {
      const below = named();
      return (concept) => below.has(concept) && concept !== system.find(value);
    }
    case 'generalizes': {
      const concept = system.find(value);
      return memberOf(concept === undefined ? new Set() : ancestorsOrSelf(concept));
    }
    case '=':
      return (concept) => valuesOf(concept, property).includes(value);
    case 'in':
    case 'not-in': {
      const list = new Set(value.split(',').map((it) => it.trim()));
      const has: ConceptFilter = (concept) =>
        valuesOf(concept, property).some((it) => list.has(it));
      return op === 'in' ? has : (concept, work) => !has(concept, work);
    }
    case 'exists': {
      const wanted = value === 'true';
      return (concept) => valuesOf(concept, property).length > 0 === wanted;
    }
    case 'regex': {
      const matches = linearRegex(value);
      if (matches === undefined) {
        throw fhirError('TERMINOLOGY_FILTER', {
          reason: 'the regular expression is malformed, or could take too long',
        });
      }
      return (concept, work) =>
        (isConcept ? [concept.code] : valuesOf(concept, property)).some((text) =>
          matches(text, work),
        );
    }
    default:
      throw fhirError('TERMINOLOGY_FILTER', {
        reason: `the operator ${String(op).slice(0, 32)} is not known`,
      });
  }
}

function memberOf(concepts: ReadonlySet<Concept>): ConceptFilter {
  return (concept) => concepts.has(concept);
}

/** Values of a property as text; code, display, parent and child are properties that every concept has. */
function valuesOf(concept: Concept, property: string): readonly string[] {
  switch (property) {
    case 'code':
    case 'concept':
      return [concept.code];
    case 'display':
      return concept.display === undefined ? [] : [concept.display];
    case 'definition':
      return concept.definition === undefined ? [] : [concept.definition];
    case 'parent':
      return concept.parents.map(({ code }) => code);
    case 'child':
      return concept.children.map(({ code }) => code);
    case 'inactive':
      return [String(concept.inactive)];
    default:
      return concept.property.filter(({ code }) => code === property).map(propertyText);
  }
}

function propertyText(property: CodeSystemConceptProperty): string {
  const { valueCode, valueString, valueBoolean, valueInteger, valueDecimal, valueDateTime } =
    property;
  const value =
    valueCode ??
    valueString ??
    property.valueCoding?.code ??
    valueDateTime ??
    valueBoolean ??
    valueInteger ??
    valueDecimal;
  return value === undefined ? '' : String(value);
}
