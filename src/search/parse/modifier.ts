import type { Definitions, SearchParameterDefinition } from '../../fhir/definitions/model.ts';

/**
 * True if a parameter can bear a modifier, `missing` aside, which all can.
 * @see https://hl7.org/fhir/R4/search.html#modifiers
 */
export function isModifier(
  definitions: Definitions,
  definition: Pick<SearchParameterDefinition, 'type' | 'targets'>,
  modifier: string,
): boolean {
  switch (definition.type) {
    case 'token':
      return modifier === 'not';
    case 'string':
      return modifier === 'exact' || modifier === 'contains';
    case 'reference':
      return (
        definitions.isResourceType(modifier) &&
        (definition.targets.length === 0 || definition.targets.includes(modifier))
      );
    case 'date':
    case 'uri':
    case 'number':
    case 'quantity':
    case 'composite':
    case 'special':
      return false;
  }
}
