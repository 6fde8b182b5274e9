import { or, type SearchExpression } from '../../search/expression.ts';
import type { Definitions } from '../../definitions/model.ts';

/** Parameters that put a resource into the compartment of an encounter. */
const PARAMETERS = ['encounter', 'context'] as const;

/**
 * Which resources of a type are in the compartment of an encounter; undefined where none is.
 * @see https://hl7.org/fhir/R4/compartmentdefinition-encounter.html
 */
export function encounterMember(
  definitions: Definitions,
  type: string,
  id: string,
): SearchExpression | undefined {
  const parameters = definitions.searchParameters(type);
  const found = PARAMETERS.filter((param) => {
    const definition = parameters.get(param);
    return definition?.type === 'reference' && definition.targets.includes('Encounter');
  });
  if (found.length === 0) return undefined;
  return or(
    ...found.map((param) => ({ kind: 'reference', param, type: 'Encounter', id }) as const),
  );
}
