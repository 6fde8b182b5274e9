import type { AccessPolicy } from '@medplum/fhirtypes';

/** Interactions that a policy allows on a type somewhere; empty where it hides the type. */
export function interactionsOf(policy: AccessPolicy, type: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { resourceType, interaction, readonly } of policy.resource ?? []) {
    if (resourceType !== type && resourceType !== '*') continue;
    for (const one of interaction ?? (readonly === true ? READING : ALL)) found.add(one);
  }
  return found;
}

/** True if the policy allows the interaction on the type, or if the server does not tell the policy: it then judges itself. */
export function mayDo(
  policy: AccessPolicy | undefined,
  type: string,
  interaction: string,
): boolean {
  return policy === undefined || interactionsOf(policy, type).has(interaction);
}

const READING = ['read', 'vread', 'search', 'history'];
const ALL = [...READING, 'create', 'update', 'delete'];
