import type { CompactSearchParameter } from './compact.ts';
import type { SearchParameterComponent, SearchParameterType } from './model.ts';
import type { PublishedSearchParameter } from './published.ts';
import { reduceExpression } from './reduce-expression.ts';

const ABSTRACT = new Set(['Resource', 'DomainResource']);
const TYPES = new Set([
  'token',
  'reference',
  'string',
  'date',
  'uri',
  'number',
  'quantity',
  'composite',
  'special',
]);
const RESOLVES_TO = /\.where\(\s*resolve\(\)\s+is\s+(\w+)\s*\)/g;

/**
 * Search parameters per resource type. Those without an expression (`_text`, `_content`, `_query`) say nothing that can
 * be read from a resource, and are left out.
 */
export function reduceSearchParameters(
  published: readonly PublishedSearchParameter[],
  resourceTypes: readonly string[],
): readonly CompactSearchParameter[] {
  const known = new Set([...resourceTypes, ...ABSTRACT]);
  const types = new Map(published.map(({ url, type }) => [url, type]));
  return published.flatMap((parameter) =>
    typesOf(parameter, resourceTypes).flatMap((resourceType) => {
      const expression = reduceExpression(parameter.expression ?? '', resourceType, (name) =>
        known.has(name),
      );
      if (expression === '' || !isParameterType(parameter.type)) return [];
      const { code, type, url } = parameter;
      const targets = type === 'reference' ? targetsOf(expression, parameter.target ?? []) : [];
      const reduced: CompactSearchParameter = {
        resourceType,
        code,
        type,
        url,
        expression,
        targets,
      };
      if (type !== 'composite') return [reduced];
      const components = componentsOf(parameter, types);
      return components === undefined ? [] : [{ ...reduced, components }];
    }),
  );
}

function typesOf(
  parameter: PublishedSearchParameter,
  resourceTypes: readonly string[],
): readonly string[] {
  if (parameter.base.some((base) => ABSTRACT.has(base))) return resourceTypes;
  return parameter.base.filter((base) => resourceTypes.includes(base));
}

/** The parts of a composite; undefined where one refers to a parameter that does not exist. */
function componentsOf(
  { component = [] }: PublishedSearchParameter,
  types: ReadonlyMap<string, string>,
): readonly SearchParameterComponent[] | undefined {
  const components: SearchParameterComponent[] = [];
  for (const { definition, expression } of component) {
    const type = types.get(definition) ?? '';
    if (!isParameterType(type)) return undefined;
    components.push({ type, expression });
  }
  return components.length < 2 ? undefined : components;
}

/** `where(resolve() is Patient)` says more than the declared targets, which R4 shares between resource types. */
function targetsOf(expression: string, declared: readonly string[]): readonly string[] {
  const named = [...expression.matchAll(RESOLVES_TO)].flatMap(([, type]) => type ?? []);
  const all = expression.split(' | ').length === named.length;
  return all ? [...new Set(named)].sort() : [...declared].sort();
}

function isParameterType(type: string): type is SearchParameterType {
  return TYPES.has(type);
}
