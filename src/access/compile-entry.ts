import type { Definitions } from '../definitions/model.ts';
import { ALL, type SearchExpression } from '../search/expression.ts';
import type { QueryParameter } from '../search/parse-query.ts';
import { isProtected, isReachedByWildcard } from './admin-types.ts';
import { criteriaExpression, readCriteria } from './criteria.ts';
import { policyInvalid } from './policy-invalid.ts';
import type { PolicyEntry } from './read-entry.ts';
import { type PolicyParameters, substitute } from './variables.ts';

/** An entry that applies to some resource types, each with the condition on its resources. */
export interface CompiledEntry extends PolicyEntry {
  /** Undefined: the entry does not apply to the type. */
  where(type: string): SearchExpression | undefined;
}

/** A variable that had no value, so that its entry allows nothing. */
export interface UnresolvedVariable {
  /** Id of the rule that is without effect. */
  readonly rule: string;
  /** With `%`. */
  readonly variable: string;
}

/**
 * Compiles one entry.
 * @throws FhirError `POLICY_INVALID`
 */
export function compileEntry(
  definitions: Definitions,
  policy: string,
  entry: PolicyEntry,
  variables: PolicyParameters,
): CompiledEntry | UnresolvedVariable {
  const { resourceType } = entry;
  const refuse = (reason: string): never => {
    const path = `resource[${entry.id.slice(policy.length + 1)}]`;
    throw policyInvalid(policy, `${path}: ${reason}`, { expression: [`AccessPolicy.${path}`] });
  };
  if (resourceType !== '*' && !definitions.isResourceType(resourceType)) {
    return refuse('resourceType is unknown');
  }
  if (isProtected(resourceType)) return refuse('no policy can grant this resourceType');
  const parameters: QueryParameter[] = [];
  if (entry.compartment !== undefined) {
    const reference = substitute(entry.compartment, variables);
    if ('malformed' in reference) return refuse(`compartment: ${reference.malformed}`);
    if ('unresolved' in reference) return { rule: entry.id, variable: reference.unresolved };
    parameters.push(['_compartment', reference.value]);
  }
  if (entry.criteria !== undefined) {
    const criteria = readCriteria(entry.criteria, resourceType, variables);
    if ('malformed' in criteria) return refuse(criteria.malformed);
    if ('unresolved' in criteria) return { rule: entry.id, variable: criteria.unresolved };
    parameters.push(...criteria.parameters);
  }
  const byType = expressions(definitions, resourceType, parameters, refuse);
  return { ...entry, where: (type) => byType.get(type) };
}

/** Conditions by resource type, made at once, so that a policy is refused when it is loaded and not when it is used. */
function expressions(
  definitions: Definitions,
  resourceType: string,
  parameters: readonly QueryParameter[],
  refuse: (reason: string) => never,
): ReadonlyMap<string, SearchExpression> {
  const types =
    resourceType === '*' ? definitions.resourceTypes.filter(isReachedByWildcard) : [resourceType];
  const byType = new Map<string, SearchExpression>();
  let unknown = 'there is no resource type it could hold for';
  for (const type of types) {
    const read = parameters.length === 0 ? ALL : criteriaExpression(definitions, type, parameters);
    if ('malformed' in read) refuse(read.malformed);
    else if (!('unknown' in read)) byType.set(type, read);
    else if (resourceType !== '*') refuse(read.unknown);
    // With `*`, a type that lacks the parameter has nothing the criteria could hold for.
    else unknown = read.unknown;
  }
  return byType.size > 0 ? byType : refuse(unknown);
}
