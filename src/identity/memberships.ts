import type { AccessPolicy, ProjectMembership } from '@medplum/fhirtypes';
import type { Logger } from 'pino';
import { compilePolicy } from '../access/compile.ts';
import type { CompiledPolicy } from '../access/policy.ts';
import { unionPolicies } from '../access/union.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import { isInUse, isProfileType } from '../storage/access-changed.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { readCurrent, searchCurrent } from '../storage/repository/system-read.ts';

/** What holds for an identity: the names of its policies, and their union. */
export interface Entitlement {
  readonly roles: readonly string[];
  readonly policy: CompiledPolicy;
  /** The identity has memberships and no resource that is in use; nobody tells when it gets one. */
  readonly dormant?: true;
}

const NOTHING: Entitlement = { roles: [], policy: unionPolicies([]) };

/**
 * Collects the AccessPolicies of a FHIR identity from its ProjectMemberships. Without one there is no policy, and without
 * policy no access. A membership acts only while the resource of the identity exists and is in use. Where a policy cannot
 * be enforced, nothing is allowed, and the log says so.
 */
export async function entitlementOf(
  store: ClinicalStore,
  profile: string,
  log: Logger,
): Promise<Entitlement> {
  const [type = '', id = ''] = profile.split('/');
  const found = await searchCurrent(store, 'ProjectMembership', {
    kind: 'reference',
    param: 'profile',
    type,
    id,
  });
  const memberships = (found as unknown as ProjectMembership[]).filter(
    ({ active }) => active !== false,
  );
  if (memberships.length === 0) return NOTHING;
  const identity = isProfileType(type) ? await readCurrent(store, type, id) : undefined;
  if (identity === undefined || !isInUse(identity)) return { ...NOTHING, dormant: true };
  try {
    return await unionOf(store, profile, memberships);
  } catch (error) {
    if (!isFhirError(error) || error.code !== 'POLICY_INVALID') throw error;
    const reason = error.outcome.issue[0]?.details?.text ?? error.code;
    log.error({ event: 'policy.invalid', profile, reason }, 'Nothing is allowed to this identity');
    return NOTHING;
  }
}

async function unionOf(
  store: ClinicalStore,
  profile: string,
  memberships: readonly ProjectMembership[],
): Promise<Entitlement> {
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
