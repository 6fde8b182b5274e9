import type { SearchParameterDefinition } from '../../definitions/model.ts';
import type { ParameterName } from './parameter-name.ts';

const BY_CODE: ReadonlyMap<string, string> = new Map([
  ['_has', 'reverse chain'],
  ['_include', 'include'],
  ['_revinclude', 'include'],
  ['_filter', 'filter'],
  ['_text', 'full text'],
  ['_content', 'full text'],
  ['_list', 'list'],
  ['_query', 'named query'],
  ['_type', 'type list'],
  ['_contained', 'contained'],
  ['_containedType', 'contained'],
  ['_offset', 'offset'],
]);

/** What a parameter is that FHIR knows and this server does not serve, or undefined. */
export function unsupportedKind(
  name: ParameterName,
  definition: SearchParameterDefinition | undefined,
): string | undefined {
  const known = BY_CODE.get(name.code);
  if (known !== undefined) return known;
  if (name.code.includes('.') || name.modifier?.includes('.') === true) return 'chain';
  if (definition === undefined) return undefined;
  if (definition.type === 'special') return definition.type;
  return undefined;
}
