import type { CompactSearchParameter } from './compact.ts';
import type { SearchParameterType } from './model.ts';
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
  return published.flatMap((parameter) =>
    typesOf(parameter, resourceTypes).flatMap((resourceType) => {
      const expression = reduceExpression(parameter.expression ?? '', resourceType, (name) =>
        known.has(name),
      );
      if (expression === '' || !isParameterType(parameter.type)) return [];
      const { code, type, url } = parameter;
      const targets = type === 'reference' ? targetsOf(expression, parameter.target ?? []) : [];
      return [{ resourceType, code, type, url, expression, targets }];
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

/** `where(resolve() is Patient)` says more than the declared targets, which R4 shares between resource types. */
function targetsOf(expression: string, declared: readonly string[]): readonly string[] {
  const named = [...expression.matchAll(RESOLVES_TO)].flatMap(([, type]) => type ?? []);
  const all = expression.split(' | ').length === named.length;
  return all ? [...new Set(named)].sort() : [...declared].sort();
}

function isParameterType(type: string): type is SearchParameterType {
  return TYPES.has(type);
}
