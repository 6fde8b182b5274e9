import { type Clock, systemClock } from '../clock.ts';
import type { Definitions } from '../definitions/model.ts';
import { ALL, and, type SearchExpression } from '../search/expression.ts';
import type { QueryParameter } from '../search/parse-query.ts';
import { isProtected, isReachedByEntry } from './admin-types.ts';
import { compileFields, type RuleFields } from './compile-fields.ts';
import { criteriaExpression, readCriteria } from './criteria.ts';
import { policyInvalid } from './policy-invalid.ts';
import type { PolicyEntry } from './read-entry.ts';
import type { Relations } from './relations/compile-relations.ts';
import { entryRelations, NO_RELATIONS } from './relations/entry-relations.ts';
import { type PolicyParameters, substitute } from './variables.ts';

/** An entry that applies to some resource types, each with the condition on its resources. */
export interface CompiledEntry extends PolicyEntry {
  /** Undefined: the entry does not apply to the type. */
  where(type: string): SearchExpression | undefined;
  /** What the entry says about the fields of a type it applies to. */
  about(type: string): RuleFields;
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
  relations: Relations = NO_RELATIONS,
  clock: Clock = systemClock,
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
  const related = entryRelations(definitions, resourceType, entry.criteria, relations);
  if (related !== undefined && 'unresolved' in related) {
    return { rule: entry.id, variable: related.unresolved };
  }
  const own = related === undefined ? entry.criteria : related.criteria;
  if (own !== undefined) {
    const criteria = readCriteria(own, resourceType, variables);
    if ('malformed' in criteria) return refuse(criteria.malformed);
    if ('unresolved' in criteria) return { rule: entry.id, variable: criteria.unresolved };
    parameters.push(...criteria.parameters);
  }
  const types =
    resourceType === '*'
      ? definitions.resourceTypes.filter((type) => isReachedByEntry(type, entry.fields))
      : [resourceType];
  const about = compileFields(definitions, types, entry.fields, refuse);
  // Asked first, because most types lack the parameters of an entry for all types.
  const codes =
    resourceType === '*'
      ? parameters
          .map(([name]) => /^[a-z][^:.]*/.exec(name)?.[0])
          .filter((code) => code !== undefined)
      : [];
  const conditionOf = (type: string): EntryCondition => {
    const options = { clock };
    const lacking = codes.find((code) => !definitions.searchParameters(type).has(code));
    if (lacking !== undefined) return { unknown: `${type} has no search parameter ${lacking}` };
    const read =
      parameters.length === 0 ? ALL : criteriaExpression(definitions, type, parameters, options);
    if (related === undefined || 'unknown' in read || 'malformed' in read) return read;
    const linked = related.where(type);
    return 'unknown' in linked ? linked : and(read, linked);
  };
  if (resourceType !== '*') {
    const read = conditionOf(resourceType);
    if ('malformed' in read) return refuse(read.malformed);
    if ('unknown' in read) return refuse(read.unknown);
    const ofType = about(resourceType) ?? {};
    return {
      ...entry,
      where: (type) => (type === resourceType ? read : undefined),
      about: () => ofType,
    };
  }
  return { ...entry, ...wildcard(types, conditionOf, about, refuse) };
}

/** The condition of an entry on the resources of one type, or why there is none. */
type EntryCondition =
  | SearchExpression
  | { readonly unknown: string }
  | { readonly malformed: string };

/**
 * An entry for all types. Its condition on a type is made when it is asked for: there are well over a hundred types, a
 * policy may have hundreds of entries, and a request is about a few types. One type must take the criteria at once, so that
 * a policy that could hold for nothing is refused when it is loaded.
 */
function wildcard(
  types: readonly string[],
  conditionOf: (type: string) => EntryCondition,
  about: (type: string) => RuleFields | undefined,
  refuse: (reason: string) => never,
): Pick<CompiledEntry, 'where' | 'about'> {
  const reached = new Set(types);
  const made = new Map<string, { readonly where?: SearchExpression; readonly about: RuleFields }>();
  let unknown = 'there is no resource type it could hold for';
  const taken = types.some((type) => {
    const read = conditionOf(type);
    if ('malformed' in read) return refuse(read.malformed);
    // A type that lacks the parameter has nothing the criteria could hold for.
    if ('unknown' in read) ({ unknown } = read);
    return !('unknown' in read);
  });
  if (!taken) refuse(unknown);
  const make = (type: string) => {
    const known = made.get(type);
    if (known !== undefined) return known;
    const read = reached.has(type) ? conditionOf(type) : undefined;
    const ofType = about(type);
    const holds = read !== undefined && 'kind' in read && ofType !== undefined;
    const found = holds ? { where: read, about: ofType } : { about: {} };
    made.set(type, found);
    return found;
  };
  return { where: (type) => make(type).where, about: (type) => make(type).about };
}
