import { identifierName, ofTypeName } from '../../search/index-values.ts';
import type { Aspect } from './read-elements.ts';

/**
 * What a condition asks of a search parameter, as one text: the code, and what it looks at where that is not the value.
 * It is the name under which the condition stands in the expression tree (`subject:identifier`), or that with `:text` or
 * `:missing` behind it.
 */
export type SearchedName = string;

/** `:text` on a parameter. */
export function textName(param: string): SearchedName {
  return `${param}:text`;
}

/** `:missing` on a parameter. */
export function missingName(param: string): SearchedName {
  return `${param}:missing`;
}

/** Takes a name apart. */
export function searchedAspect(name: SearchedName): {
  readonly code: string;
  readonly aspect: Aspect;
} {
  const colon = name.indexOf(':');
  if (colon < 0) return { code: name, aspect: 'value' };
  const code = name.slice(0, colon);
  switch (name) {
    case textName(code):
      return { code, aspect: 'text' };
    case missingName(code):
      return { code, aspect: 'missing' };
    case identifierName(code):
      return { code, aspect: 'identifier' };
    case ofTypeName(code):
      return { code, aspect: 'of-type' };
    default:
      // Whatever else may be asked of it: the value and its words.
      return { code, aspect: 'missing' };
  }
}
