import {
  type GraphQLFieldConfigArgumentMap,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLScalarType,
  GraphQLString,
} from 'graphql';
import type { Definitions } from '../../definitions/model.ts';
import type { QueryParameter } from '../../search/parse-query.ts';

/** Arguments that every list has beside its search parameters. */
const COMMON: GraphQLFieldConfigArgumentMap = {
  _count: { type: GraphQLInt },
  _offset: { type: GraphQLInt },
  _sort: { type: GraphQLString },
  _filter: { type: GraphQLString },
  _cursor: { type: GraphQLString },
};

/** Name of a search parameter, written like a value of an enumeration: `_reference: subject`. */
const PARAMETER_NAME = new GraphQLScalarType<string, string>({
  name: 'SearchParameterName',
  description: 'Name of a reference search parameter, with _ in place of -',
  coerceInputValue: nameOf,
  coerceInputLiteral: (node) =>
    nameOf(node.kind === 'EnumValue' || node.kind === 'StringValue' ? node.value : undefined),
});

/** Types that a reference parameter may lead to, above which it may as well lead to any. */
const NAMED_TARGETS = 30;

/** The argument that says by which parameter a list refers to the resource it stands in. */
const REFERENCE_ARGUMENT: GraphQLFieldConfigArgumentMap = {
  _reference: { type: new GraphQLNonNull(PARAMETER_NAME) },
};

/** The arguments of a list of a type: its search parameters, with `_` in place of `-`. */
export function searchArguments(
  definitions: Definitions,
  type: string,
): GraphQLFieldConfigArgumentMap {
  const own = [...definitions.searchParameters(type).keys()]
    .filter((code) => /^[A-Za-z_][A-Za-z0-9_-]*$/.test(code))
    .map((code) => [argumentName(code), { type: GraphQLString }] as const);
  return { ...Object.fromEntries(own), ...COMMON };
}

/**
 * The arguments of a list of what refers to a resource. Where a parameter leads to nearly any type, only the common ones
 * are there, `_filter` among them: with all others, one such list in each of all types, the schema would have ten times
 * the size.
 */
export function referringArguments(
  definitions: Definitions,
  type: string,
  target: string,
): GraphQLFieldConfigArgumentMap {
  const named = referencesTo(definitions, type, target).some(
    (code) => (definitions.searchParameters(type).get(code)?.targets.length ?? 0) <= NAMED_TARGETS,
  );
  return { ...(named ? searchArguments(definitions, type) : COMMON), ...REFERENCE_ARGUMENT };
}

/** The arguments of a call as the parameters of a search. */
export function searchParameters(
  definitions: Definitions,
  type: string,
  given: Readonly<Record<string, unknown>>,
): QueryParameter[] {
  const codes = new Map(
    [...definitions.searchParameters(type).keys()].map((code) => [argumentName(code), code]),
  );
  return Object.entries(given)
    .filter(([name, value]) => name !== '_reference' && value !== null && value !== undefined)
    .map(([name, value]) => [codes.get(name) ?? name, String(value)]);
}

/** The reference parameters of a type that may lead to another. */
export function referencesTo(
  definitions: Definitions,
  type: string,
  target: string,
): readonly string[] {
  return [...definitions.searchParameters(type).values()]
    .filter(({ type: kind, targets }) => kind === 'reference' && targets.includes(target))
    .map(({ code }) => code);
}

/** Name of the argument for a search parameter. */
export function argumentName(code: string): string {
  return code.replaceAll('-', '_');
}

function nameOf(value: unknown): string {
  if (typeof value !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(value))
    throw new TypeError('The name of a search parameter is expected');
  return value;
}
