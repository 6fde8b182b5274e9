import type { ParameterElements } from '../extract/element-types.ts';
import type { Definitions, SearchParameterDefinition } from '../../definitions/model.ts';

/** What a modifier depends on. */
export interface ModifiedParameter extends Pick<SearchParameterDefinition, 'type' | 'targets'> {
  /** Absent where nothing is known of the elements, which then may be of any type. */
  readonly elements?: Pick<ParameterElements, 'types'>;
}

/** Types that say in words what they mean. */
const WORDED = ['CodeableConcept', 'Coding', 'Identifier'];

/**
 * True if a parameter can bear a modifier, `missing` aside, which all can.
 * @see https://hl7.org/fhir/R4/search.html#modifiers
 */
export function isModifier(
  definitions: Definitions,
  definition: ModifiedParameter,
  modifier: string,
): boolean {
  switch (definition.type) {
    case 'token':
      return modifier === 'not' || isTokenModifier(modifier, definition.elements?.types);
    case 'string':
      return modifier === 'exact' || modifier === 'contains';
    case 'reference':
      if (modifier === 'identifier') return definition.elements?.types.has('Reference') !== false;
      return (
        definitions.isResourceType(modifier) &&
        (definition.targets.length === 0 || definition.targets.includes(modifier))
      );
    case 'uri':
      return modifier === 'above' || modifier === 'below';
    case 'date':
    case 'number':
    case 'quantity':
    case 'composite':
    case 'special':
      return false;
  }
}

function isTokenModifier(modifier: string, types: ReadonlySet<string> | undefined): boolean {
  if (modifier === 'text') return types === undefined || WORDED.some((type) => types.has(type));
  return modifier === 'of-type' && types?.has('Identifier') !== false;
}
