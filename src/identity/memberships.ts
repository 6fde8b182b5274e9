import type { AccessPolicy, ProjectMembership } from '@medplum/fhirtypes';
import { compilePolicy } from '../access/compile.ts';
import type { CompiledPolicy } from '../access/policy.ts';
import { unionPolicies } from '../access/union.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { readCurrent, searchCurrent } from '../storage/repository/system-read.ts';

/** What holds for an identity: the names of its policies, and their union. */
export interface Entitlement {
  readonly roles: readonly string[];
  readonly policy: CompiledPolicy;
}

/**
 * Collects the AccessPolicies of a FHIR identity from its ProjectMemberships. Without one there is no policy, and without
 * policy no access.
 * @throws FhirError `POLICY_INVALID` where a policy cannot be enforced: then nothing is allowed.
 */
export async function entitlementOf(store: ClinicalStore, profile: string): Promise<Entitlement> {
  const found = await searchCurrent(store, 'ProjectMembership', {
    kind: 'reference',
    param: 'profile',
    type: profile.split('/')[0] ?? '',
    id: profile.split('/')[1] ?? '',
  });
  const memberships = (found as unknown as ProjectMembership[]).filter(
    ({ active }) => active !== false,
  );
  const roles: string[] = [];
  const compiled: CompiledPolicy[] = [];
  for (const membership of memberships) {
    const single =
      membership.accessPolicy === undefined
        ? []
        : [{ policy: membership.accessPolicy, parameter: [] }];
    for (const { policy, parameter } of [...single, ...(membership.access ?? [])]) {
      const id = /^AccessPolicy\/(.+)$/.exec(policy.reference ?? '')?.[1];
      const resource = id === undefined ? undefined : await readCurrent(store, 'AccessPolicy', id);
      if (id === undefined || resource === undefined) continue;
      const named = (parameter ?? []).map(
        ({ name, valueString, valueReference }) =>
          [name, valueString ?? valueReference?.reference ?? ''] as const,
      );
      roles.push(id);
      compiled.push(
        compilePolicy(store.definitions, [resource as unknown as AccessPolicy], {
          ...Object.fromEntries(named),
          profile,
        }),
      );
    }
  }
  return { roles, policy: unionPolicies(compiled) };
}
