import type { ReferenceExpression, SearchExpression } from '../expression.ts';
import { identifierName } from '../index-values.ts';
import { unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import { isResourceId } from './resource-id.ts';
import { parseToken } from './token.ts';
import type { ValueContext } from './value-context.ts';

const URL_SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]*:/;

const VERSIONED = /^(.+)\/_history\/([A-Za-z0-9\-.]{1,64})$/;

/**
 * `id`, `Type/id` or an absolute URL; a URL of this server is a reference by type and id. `Type/id/_history/version` finds
 * references to that version, `url|version` canonicals with it; without a version all are found. With a type modifier, the
 * type of the target must be the one named; with `:identifier` the value is a token about `Reference.identifier`.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#reference
 */
export function parseReference(context: ValueContext, value: string): SearchExpression {
  const { name, param, modifier } = context;
  if (modifier === 'identifier') {
    const { modifier: _identifier, ...plain } = context;
    return parseToken({ ...plain, param: identifierName(param) }, value);
  }
  const text = withoutOwnBase(unescapeValue(value), context.baseUrls);
  if (URL_SCHEME.test(text)) {
    if (modifier !== undefined) throw invalidValue(name, 'a reference to this server is expected');
    return { kind: 'reference', param, url: text };
  }
  const [, unversioned = text, version] = VERSIONED.exec(text) ?? [];
  const target = literalReference(context, unversioned);
  if (target === undefined) throw invalidValue(name, 'id, Type/id or an absolute URL is expected');
  if (version !== undefined) {
    if (target.type === undefined || (modifier ?? target.type) !== target.type) {
      throw invalidValue(name, 'a version is searched as Type/id/_history/version');
    }
    return { kind: 'reference', param, url: text };
  }
  if (modifier === undefined) return { kind: 'reference', param, ...target };
  if (target.type !== undefined && target.type !== modifier) {
    throw invalidValue(name, 'the type is not the one of the modifier');
  }
  return { kind: 'reference', param, ...target, type: modifier };
}

function withoutOwnBase(text: string, baseUrls: readonly string[]): string {
  const own = baseUrls.filter((url) => text.startsWith(`${url}/`));
  // One base may begin with another: `/fhir` and `/fhir/R4`.
  return text.slice(Math.max(0, ...own.map((url) => url.length + 1)));
}

function literalReference(
  { definitions }: ValueContext,
  text: string,
): Pick<ReferenceExpression, 'type' | 'id'> | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return isResourceId(text) ? { id: text } : undefined;
  const type = text.slice(0, slash);
  const id = text.slice(slash + 1);
  return definitions.isResourceType(type) && isResourceId(id) ? { type, id } : undefined;
}
