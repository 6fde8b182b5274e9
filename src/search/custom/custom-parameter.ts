import type {
  Definitions,
  SearchParameterComponent,
  SearchParameterDefinition,
  SearchParameterType,
} from '../../definitions/model.ts';
import { reduceExpression } from '../../definitions/reduce-expression.ts';
import { startAt } from '../extract/branch.ts';
import { branchesOf } from '../extract/branches-of.ts';
import { compositePlan } from '../extract/composite-plan.ts';
import { converterFor } from '../extract/convert.ts';

/** A SearchParameter as JSON. */
export type SearchParameterResource = Readonly<Record<string, unknown>>;

/** A SearchParameter that cannot be searched by; the message says why. */
export class UnusableSearchParameter extends Error {
  override readonly name = 'UnusableSearchParameter';
}

const KINDS: ReadonlySet<string> = new Set([
  'token',
  'reference',
  'string',
  'date',
  'uri',
  'number',
  'quantity',
  'composite',
]);
const ABSTRACT: ReadonlySet<unknown> = new Set(['Resource', 'DomainResource']);
const CODE = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;
const MAX_EXPRESSION = 5_000;
const MAX_COMPONENTS = 5;

/**
 * What a stored SearchParameter adds to the definitions, by resource type. Only those with status `active` add anything.
 * @throws UnusableSearchParameter
 * @see https://hl7.org/fhir/R4/searchparameter.html
 */
export function customParameters(
  base: Definitions,
  resource: SearchParameterResource,
): ReadonlyMap<string, SearchParameterDefinition> {
  if (resource['status'] !== 'active') return new Map();
  const { code, type, url } = resource;
  if (typeof code !== 'string' || !CODE.test(code)) {
    throw new UnusableSearchParameter(
      'code is a letter and up to 63 letters, digits and hyphens, so that it stands in a URL without escapes',
    );
  }
  if (typeof type !== 'string' || !KINDS.has(type)) {
    throw new UnusableSearchParameter(`the type ${String(type)} cannot be indexed`);
  }
  const kind = type as SearchParameterType;
  const text = expressionOf(resource);
  const added = new Map<string, SearchParameterDefinition>();
  for (const resourceType of typesOf(base, resource['base'])) {
    if (base.searchParameters(resourceType).has(code)) {
      throw new UnusableSearchParameter(`${resourceType} has a search parameter ${code} already`);
    }
    const expression = reduceExpression(text, resourceType, (name) => isType(base, name));
    const definition: SearchParameterDefinition = {
      code,
      type: kind,
      url: String(url),
      expression,
      targets: kind === 'reference' ? strings(resource['target']).sort() : [],
      custom: true,
      ...(kind === 'composite' ? { components: componentsOf(base, resource['component']) } : {}),
    };
    checkElements(base, resourceType, definition);
    added.set(resourceType, definition);
  }
  return added;
}

function expressionOf({ expression }: SearchParameterResource): string {
  if (typeof expression !== 'string' || expression.trim() === '') {
    throw new UnusableSearchParameter('expression is missing');
  }
  if (expression.length > MAX_EXPRESSION) {
    throw new UnusableSearchParameter(`expression is longer than ${MAX_EXPRESSION} characters`);
  }
  return expression;
}

function typesOf(base: Definitions, listed: unknown): readonly string[] {
  const names = strings(listed);
  if (names.length === 0) throw new UnusableSearchParameter('base names no resource type');
  const unknown = names.find((name) => !isType(base, name));
  if (unknown !== undefined) throw new UnusableSearchParameter(`${unknown} is no resource type`);
  if (names.some((name) => ABSTRACT.has(name))) return base.resourceTypes;
  return [...new Set(names)];
}

/** The expression must be one that is compiled, and lead to elements that such a parameter can have. */
function checkElements(
  base: Definitions,
  resourceType: string,
  definition: SearchParameterDefinition,
): void {
  const { expression, type } = definition;
  if (type === 'composite') {
    if (compositePlan(base, resourceType, definition) !== undefined) return;
    throw new UnusableSearchParameter(
      `the expressions of the composite are outside of the FHIRPath that is indexed (${resourceType})`,
    );
  }
  const branches = expression === '' ? [] : branchesOf(expression, startAt(resourceType), base);
  if (branches === undefined) {
    throw new UnusableSearchParameter(
      'expression is outside of the FHIRPath that is indexed: paths, |, as, is, ofType, where with =, !=, and, or, exists, empty; extension, first, iif, resolve() is',
    );
  }
  if (!branches.some((branch) => converterFor(type, branch.type, []) !== undefined)) {
    throw new UnusableSearchParameter(
      `expression leads to no element of ${resourceType} that a ${type} parameter can have`,
    );
  }
}

function componentsOf(base: Definitions, listed: unknown): readonly SearchParameterComponent[] {
  const components = Array.isArray(listed) ? (listed as readonly unknown[]) : [];
  if (components.length < 2 || components.length > MAX_COMPONENTS) {
    throw new UnusableSearchParameter(`a composite has 2 to ${MAX_COMPONENTS} components`);
  }
  return components.map((component) => {
    const { definition, expression } = component as Readonly<Record<string, unknown>>;
    const type = typeof definition === 'string' ? typeOf(base, definition) : undefined;
    if (type === undefined || type === 'composite' || type === 'special') {
      throw new UnusableSearchParameter(
        'each component names a published search parameter of a kind that is not composite',
      );
    }
    return { type, expression: expressionOf({ expression }) };
  });
}

function typeOf(base: Definitions, url: string): SearchParameterType | undefined {
  for (const resourceType of base.resourceTypes) {
    for (const parameter of base.searchParameters(resourceType).values()) {
      if (parameter.url === url) return parameter.type;
    }
  }
  return undefined;
}

function isType(base: Definitions, name: string): boolean {
  return base.isResourceType(name) || ABSTRACT.has(name);
}

function strings(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];
}
