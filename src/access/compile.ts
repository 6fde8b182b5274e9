import type { AccessPolicy } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/model.ts';
import { NONE, or, type SearchExpression } from '../search/expression.ts';
import { simplify } from '../search/rewriters/simplify.ts';
import type { PolicyConditions } from './conditions.ts';
import { memoised } from './memoised.ts';
import { type CompiledEntry, compileEntry, type UnresolvedVariable } from './compile-entry.ts';
import type { CompiledPolicy, PolicyInteraction, PolicyRule } from './policy.ts';
import { checkPseudonymous, commonProject } from './pseudonym/check-pseudonymous.ts';
import type { PolicyEntry } from './read-entry.ts';
import { projectName } from './pseudonym/project-name.ts';
import { policyInvalid } from './policy-invalid.ts';
import { type ReadPolicy, readPolicy } from './read-policy.ts';
import { type Clock, systemClock } from '../clock.ts';
import { compileRelations } from './relations/compile-relations.ts';
import { type PolicyParameters, withImplied } from './variables.ts';
import { writesCatalogue } from './writes-catalogue.ts';

/** A compiled policy that also tells which of its rules are without effect. */
export interface CompiledAccessPolicy extends CompiledPolicy {
  /** The entries that have an effect, in order. For explanations. */
  readonly entries: readonly CompiledEntry[];
  /** Variables without a value; their rules allow nothing. For the log and for explanations. */
  readonly unresolved: readonly UnresolvedVariable[];
  /** What must be so for each of the policies to hold; judged by `src/identity`, request by request. */
  readonly conditions: readonly PolicyConditions[];
}

/**
 * Compiles the AccessPolicies of one identity: the union of their entries, in order. There are no denying entries and no
 * implied ones; without any policy nothing is allowed.
 * @param clock tells what `%now` is, each time a policy is applied
 * @throws FhirError `POLICY_INVALID` if any part of any policy could not be enforced.
 * @see https://www.medplum.com/docs/access/access-policies
 */
export function compilePolicy(
  definitions: Definitions,
  policies: readonly AccessPolicy[],
  parameters: PolicyParameters,
  clock: Clock = systemClock,
): CompiledAccessPolicy {
  const variables = withImplied(parameters);
  const entries: KeyedEntry[] = [];
  const unresolved: UnresolvedVariable[] = [];
  const operations = new Map<string, string>();
  const read = policies.map(readPolicy);
  const projects = read.map((policy) => projectOf(policy, variables));
  const pseudonyms = commonProject(projects.map((found) => found.project));
  for (const [index, policy] of read.entries()) {
    if (policy.pseudonyms !== undefined) checkPseudonymous(policy);
    const variable = projects[index]?.unresolved;
    if (variable !== undefined) {
      // Without the name of the project nobody could be shown anything but the ids themselves.
      unresolved.push(...policy.entries.map(({ id }) => ({ rule: id, variable })));
      continue;
    }
    const relations = compileRelations(definitions, policy.id, policy.relations, variables, clock);
    const alike = new Map<string, KeyedEntry>();
    for (const entry of policy.entries) {
      const key = keyOf(policy.id, entry);
      const same = alike.get(key);
      if (same !== undefined) {
        entries.push({ ...same, ...entry });
        continue;
      }
      const compiled = compileEntry(definitions, policy.id, entry, variables, relations, clock);
      if ('variable' in compiled) unresolved.push(compiled);
      else {
        alike.set(key, { ...compiled, key });
        entries.push({ ...compiled, key });
      }
    }
    for (const name of policy.operations) {
      if (!operations.has(name)) operations.set(name, `${policy.id}#operation:${name}`);
    }
  }
  const rules = memoised((type, interaction) => rulesOf(entries, type, interaction));
  const where = memoised((type, interaction): SearchExpression => {
    if (!definitions.isResourceType(type)) return NONE;
    return simplify(or(...rules(type, interaction).map((rule) => rule.where)));
  });
  return {
    rules,
    where,
    aggregates: (type) => (writesCatalogue({ rules }) ? [] : aggregatesOf(entries, type)),
    operation: (name) => operations.get(name) ?? operations.get('*'),
    entries,
    unresolved,
    ...(pseudonyms === undefined ? {} : { pseudonyms }),
    conditions: read.map(({ conditions }) => conditions),
  };
}

/** The project of a policy under whose pseudonyms its holder knows resources. @throws FhirError `POLICY_INVALID` */
function projectOf(
  { id, pseudonyms }: ReadPolicy,
  variables: PolicyParameters,
): { readonly project?: string; readonly unresolved?: string } {
  if (pseudonyms === undefined) return {};
  const name = projectName(pseudonyms, variables);
  if (!('malformed' in name)) return name;
  throw policyInvalid(id, `the project of its pseudonyms: ${name.malformed}`, {
    expression: ['AccessPolicy.extension'],
  });
}

/** An entry, and a text that is the same for those that differ in nothing but their interactions. */
interface KeyedEntry extends CompiledEntry {
  readonly key: string;
}

function keyOf(policy: string, entry: PolicyEntry): string {
  const { resourceType, criteria, compartment, fields } = entry;
  return JSON.stringify([policy, resourceType, criteria, compartment, fields]);
}

/** Of several that say the same, the first: each rule is a condition in the database. */
function rulesOf(
  entries: readonly KeyedEntry[],
  type: string,
  interaction: PolicyInteraction,
): readonly PolicyRule[] {
  const seen = new Set<string>();
  return entries.flatMap((entry) => {
    if (!entry.interactions.has(interaction) || seen.has(entry.key)) return [];
    seen.add(entry.key);
    return ruleOf(entry, type);
  });
}

function aggregatesOf(entries: readonly CompiledEntry[], type: string): readonly PolicyRule[] {
  return entries.flatMap((entry) =>
    entry.fields.aggregateOnly === undefined ? [] : ruleOf(entry, type),
  );
}

function ruleOf(entry: CompiledEntry, type: string): readonly PolicyRule[] {
  const where = entry.where(type);
  if (where === undefined) return [];
  return [{ id: entry.id, interactions: entry.interactions, where, ...entry.about(type) }];
}
