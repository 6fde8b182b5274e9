import type { ChainExpression, HasExpression, SearchExpression } from './expression.ts';
import type { IndexedResource } from './index-values.ts';
import { COMPARTMENT_LINK } from './linked.ts';
import { matchesComposite } from './match-composite.ts';
import { matchesTokenText } from './match-token-text.ts';
import { matchesValue } from './match-value.ts';

/**
 * Whether a resource satisfies an expression: the slow and obvious meaning, which SQL has to reproduce. A condition on a
 * parameter holds if any value of the resource under it does; a resource without a value satisfies none, and so
 * satisfies every negation.
 * @param world the other resources, for expressions with chains; criteria of policies and subscriptions have none
 * @throws TypeError for a chain without a world
 * @see https://hl7.org/fhir/R4/search.html
 */
export function matches(
  expression: SearchExpression,
  resource: IndexedResource,
  world?: SearchWorld,
): boolean {
  switch (expression.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'and':
      return expression.operands.every((operand) => matches(operand, resource, world));
    case 'or':
      return expression.operands.some((operand) => matches(operand, resource, world));
    case 'not':
      return !matches(expression.operand, resource, world);
    case 'chain':
      return matchesChain(expression, resource, world);
    case 'has':
      return matchesHas(expression, resource, world);
    case 'id':
      return expression.ids.includes(resource.id);
    case 'compartment':
      return resource.patients.includes(expression.patient);
    case 'missing':
      return (
        resource.values.some((value) => value.param === expression.param) !== expression.missing
      );
    case 'composite':
      return matchesComposite(expression, resource, matches);
    case 'token-text':
      return matchesTokenText(expression, resource);
    case 'token-set':
      throw new TypeError('A value set is resolved before anything is judged by it');
    case 'text':
      throw new TypeError('Full text is searched by the database alone');
    case 'token':
    case 'reference':
    case 'string':
    case 'uri':
    case 'date':
    case 'number':
    case 'quantity':
      return matchesValue(expression, resource);
  }
}

/** The resources that a chain can lead to. */
export interface SearchWorld {
  /** All resources of a type. */
  resources(type: string): readonly IndexedResource[];
}

function matchesChain(
  { param, target, where }: ChainExpression,
  resource: IndexedResource,
  world: SearchWorld | undefined,
): boolean {
  if (world === undefined) throw new TypeError('A chain cannot be judged by one resource alone');
  return world
    .resources(target)
    .some((other) => leadsTo(resource, param, other) && matches(where, other, world));
}

function leadsTo(from: IndexedResource, param: string, to: IndexedResource): boolean {
  return param === COMPARTMENT_LINK ? from.patients.includes(to.id) : refersTo(from, param, to);
}

function matchesHas(
  { source, param, where }: HasExpression,
  resource: IndexedResource,
  world: SearchWorld | undefined,
): boolean {
  if (world === undefined) throw new TypeError('A chain cannot be judged by one resource alone');
  return world
    .resources(source)
    .some((other) => refersTo(other, param, resource) && matches(where, other, world));
}

/** True if a reference under the parameter is one to the resource. */
export function refersTo(from: IndexedResource, param: string, to: IndexedResource): boolean {
  return from.values.some(
    (value) =>
      value.kind === 'reference' &&
      value.param === param &&
      value.type === to.type &&
      value.id === to.id,
  );
}
