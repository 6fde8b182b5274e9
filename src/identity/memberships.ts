import type { AccessPolicy, ProjectMembership } from '@medplum/fhirtypes';
import type { Logger } from 'pino';
import { commonProject } from '../access/pseudonym/check-pseudonymous.ts';
import { writesCatalogue } from '../access/writes-catalogue.ts';
import { type CompiledAccessPolicy, compilePolicy } from '../access/compile.ts';
import type { PolicyConditions } from '../access/conditions.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import { isInUse, isProfileType } from '../storage/access-changed.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { readCurrent, searchCurrent } from '../storage/repository/reading/system-read.ts';
import { periodsOf } from './membership-periods.ts';
import type { PolicyPart } from './standing.ts';

/** One policy of an identity, with its entries. */
export interface EntitledPart extends PolicyPart {
  readonly policy: CompiledAccessPolicy;
}

/** What an identity is given: the policies of its memberships, in the order of the memberships' ids. */
export interface Entitlement {
  readonly parts: readonly EntitledPart[];
  /** The identity has memberships and no resource that is in use; nobody tells when it gets one. */
  readonly dormant?: true;
}

const NOTHING: Entitlement = { parts: [] };

/**
 * {@link readEntitlement} for those who act: where a policy cannot be enforced, nothing is allowed, and the log says so.
 */
export async function entitlementOf(
  store: ClinicalStore,
  profile: string,
  log: Logger,
): Promise<Entitlement> {
  try {
    return await readEntitlement(store, profile);
  } catch (error) {
    if (!isFhirError(error) || error.code !== 'POLICY_INVALID') throw error;
    const reason = error.outcome.issue[0]?.details?.text ?? error.code;
    log.error({ event: 'policy.invalid', profile, reason }, 'Nothing is allowed to this identity');
    return NOTHING;
  }
}

/**
 * Collects the AccessPolicies of a FHIR identity from its ProjectMemberships. Without one there is no policy, and without
 * policy no access. A membership acts only while the resource of the identity exists and is in use.
 * @throws FhirError `POLICY_INVALID` where any of the policies cannot be enforced
 */
export async function readEntitlement(store: ClinicalStore, profile: string): Promise<Entitlement> {
  const [type = '', id = ''] = profile.split('/');
  const found = await searchCurrent(store, 'ProjectMembership', {
    kind: 'reference',
    param: 'profile',
    type,
    id,
  });
  // In one order, because the first network rule about an address decides.
  const memberships = (found as unknown as ProjectMembership[])
    .filter(({ active }) => active !== false)
    .sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
  if (memberships.length === 0) return NOTHING;
  const identity = isProfileType(type) ? await readCurrent(store, type, id) : undefined;
  if (identity === undefined || !isInUse(identity)) return { ...NOTHING, dormant: true };
  return { parts: await partsOf(store, profile, memberships) };
}

async function partsOf(
  store: ClinicalStore,
  profile: string,
  memberships: readonly ProjectMembership[],
): Promise<readonly EntitledPart[]> {
  const parts: EntitledPart[] = [];
  for (const membership of memberships) {
    const during = periodsOf(membership);
    const single =
      membership.accessPolicy === undefined
        ? []
        : [{ policy: membership.accessPolicy, parameter: [] }];
    for (const access of [...single, ...(membership.access ?? [])]) {
      const { policy, parameter } = access;
      const id = /^AccessPolicy\/(.+)$/.exec(policy.reference ?? '')?.[1];
      const resource = id === undefined ? undefined : await readCurrent(store, 'AccessPolicy', id);
      if (id === undefined || resource === undefined) continue;
      const named = (parameter ?? []).map(
        ({ name, valueString, valueReference }) =>
          [name, valueString ?? valueReference?.reference ?? ''] as const,
      );
      const compiled = compilePolicy(
        store.definitions,
        [resource as unknown as AccessPolicy],
        { ...Object.fromEntries(named), profile },
        store.clock,
      );
      parts.push({
        role: id,
        policy: compiled,
        conditions: compiled.conditions[0] ?? NO_CONDITIONS,
        periods: [...during, ...periodsOf(access)],
      });
    }
  }
  // Whatever the circumstances: names that were learned under one policy would be compared under the other.
  commonProject(parts.map(({ policy }) => policy.pseudonyms));
  // And questions that were written under one would be asked under the other.
  if (!parts.some(({ policy }) => writesCatalogue(policy))) return parts;
  return parts.map((part) => ({ ...part, policy: { ...part.policy, aggregates: () => [] } }));
}

const NO_CONDITIONS: PolicyConditions = { acr: [], ip: [] };
