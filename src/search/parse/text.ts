import type { SearchExpression } from '../expression.ts';
import { unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import type { ValueContext, ValueParser } from './value-context.ts';

/** The parameters that search words, by what is indexed as words. */
export const FULL_TEXT: Readonly<Record<'off' | 'narrative' | 'content', ReadonlySet<string>>> = {
  off: new Set(),
  narrative: new Set(['_text']),
  content: new Set(['_text', '_content']),
};

const WORD = /[\p{L}\p{N}]/u;
/** Words of one query: each is a lookup of its own. */
const MAX_WORDS = 50;

/**
 * `_text` and `_content`: words that must all be there in any form, `"phrases"`, `or`, and `-word` for what must not be
 * there.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#content
 */
export const parseText: ValueParser = (
  { name, param }: ValueContext,
  value: string,
): SearchExpression => {
  const query = unescapeValue(value);
  if (!WORD.test(query)) throw invalidValue(name, 'words are expected');
  if (query.split(/\s+/).length > MAX_WORDS) {
    throw invalidValue(name, `${MAX_WORDS} words are possible at most`);
  }
  return { kind: 'text', scope: param === '_content' ? '_content' : '_text', query };
};
