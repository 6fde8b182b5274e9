import type { Definitions } from '../../definitions/model.ts';
import type { IncludeDirective } from '../expression.ts';
import { invalidControl } from './control.ts';
import { MAX_INCLUDES, shownName } from './limits.ts';
import { isLinked } from './link-parameter.ts';

const NAME = /^(_include|_revinclude)(?::(.*))?$/;

/** True for `_include` and `_revinclude` with any modifier. */
export function isInclude(name: string): boolean {
  return NAME.test(name);
}

/**
 * Reads `_include=Observation:subject:Patient` and `_revinclude=Provenance:target`; `:iterate`, in older clients
 * `:recurse`, goes on from what was included. `*` and `Type:*` stand for all references.
 * @param type the type searched; undefined where several are
 * @throws FhirError `SEARCH_INVALID_CONTROL`
 * @see https://hl7.org/fhir/R4/search.html#revinclude
 */
export function parseInclude(
  definitions: Definitions,
  type: string | undefined,
  name: string,
  value: string,
): IncludeDirective {
  const [, direct, modifier] = NAME.exec(name) ?? [];
  const shown = shownName(name);
  if (modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse')
    throw invalidControl(shown, 'the only modifier is :iterate');
  const iterate = modifier !== undefined;
  const direction = direct === '_revinclude' ? 'revinclude' : 'include';
  if (value === '*') {
    if (direction === 'revinclude')
      throw invalidControl(
        shown,
        'a type is expected: everything that refers to anything is too much',
      );
    return { direction, source: '*', param: '*', iterate };
  }
  const [source = '', param = '', target, ...more] = value.split(':');
  if (param === '' || more.length > 0)
    throw invalidControl(shown, 'Type:parameter or Type:parameter:Target is expected');
  if (!isLinked(definitions, source))
    throw invalidControl(shown, 'it does not begin with the name of a resource type');
  if (direction === 'include' && !iterate && type !== undefined && source !== type)
    throw invalidControl(shown, `only references of ${type} can be followed without :iterate`);
  if (target !== undefined && !isLinked(definitions, target))
    throw invalidControl(shown, 'it does not end with the name of a resource type');
  const definition = definitions.searchParameters(source).get(param);
  if (param !== '*' && definition?.type !== 'reference')
    throw invalidControl(shown, `${shownName(param)} is not a reference of ${source}`);
  const targets = definition?.targets ?? [];
  if (target !== undefined && targets.length > 0 && !targets.includes(target))
    throw invalidControl(shown, `${param} of ${source} does not refer to ${target}`);
  return { direction, source, param, iterate, ...(target === undefined ? {} : { target }) };
}

/** The directives of a search, each once. @throws FhirError `SEARCH_INVALID_CONTROL` for too many */
export function distinctIncludes(
  directives: readonly IncludeDirective[],
): readonly IncludeDirective[] {
  const byKey = new Map(directives.map((directive) => [JSON.stringify(directive), directive]));
  if (byKey.size > MAX_INCLUDES)
    throw invalidControl('_include', `at most ${MAX_INCLUDES} are possible`);
  return [...byKey.values()];
}
