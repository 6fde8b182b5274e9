import { NONE } from '../search/expression.ts';
import type { CompiledPolicy, PolicyInteraction } from './policy.ts';
import type { Principal } from './principal.ts';

/** What shows or changes a Binary that is there. */
const SEALED: ReadonlySet<PolicyInteraction> = new Set<PolicyInteraction>([
  'read',
  'vread',
  'search',
  'history',
  'update',
  'delete',
]);

/**
 * A policy as everything sees it but the interactions of Binary: no rule shows one. Who may see a Binary depends on its
 * securityContext, which is another resource; a search, an include or an export does not ask for that, so that these have
 * to find no Binary at all.
 * @see https://hl7.org/fhir/R4/binary.html#security
 */
export function sealBinaries(policy: CompiledPolicy): CompiledPolicy {
  const sealed = (type: string, interaction: PolicyInteraction): boolean =>
    type === 'Binary' && SEALED.has(interaction);
  return {
    rules: (type, interaction) =>
      sealed(type, interaction) ? [] : policy.rules(type, interaction),
    where: (type, interaction) =>
      sealed(type, interaction) ? NONE : policy.where(type, interaction),
    aggregates: (type) => (type === 'Binary' ? [] : policy.aggregates(type)),
    operation: (name) => policy.operation(name),
    ...(policy.pseudonyms === undefined ? {} : { pseudonyms: policy.pseudonyms }),
    unsealed: policy,
  };
}

/**
 * The principal with the rules for Binary that its policy has, for those who look at the securityContext themselves. The
 * history is for those who may read each of its versions.
 */
export function unsealBinaries(principal: Principal): Principal {
  const policy = principal.policy.unsealed ?? principal.policy;
  const known = UNSEALED.get(policy);
  if (known !== undefined) return { ...principal, policy: known };
  const unsealed: CompiledPolicy = {
    rules: (type, interaction) =>
      policy.rules(type, type === 'Binary' && interaction === 'history' ? 'vread' : interaction),
    where: (type, interaction) => policy.where(type, interaction),
    aggregates: () => [],
    operation: (name) => policy.operation(name),
    ...(policy.pseudonyms === undefined ? {} : { pseudonyms: policy.pseudonyms }),
  };
  UNSEALED.set(policy, unsealed);
  return { ...principal, policy: unsealed };
}

/** Policies live longer than requests, and what is known of them is kept with them. */
const UNSEALED = new WeakMap<CompiledPolicy, CompiledPolicy>();
