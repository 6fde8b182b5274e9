import type { Logger } from 'pino';
import type { CompiledPolicy } from '../access/policy.ts';
import type { Principal } from '../access/principal.ts';
import { sealBinaries } from '../access/seal-binaries.ts';
import { narrowToScopes, resourceScopes } from '../access/scopes.ts';
import type { TokenClaims } from '../plugin/sdk.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { type Entitlement, entitlementOf } from './memberships.ts';

/** Identities whose policies are kept at hand. */
const CACHE_ENTRIES = 5_000;

/** Longest time that a policy is used without looking again, in milliseconds: the net below the notifications. */
const CACHE_TIME = 60_000;

/** Makes principals out of verified claims, and out of the server's own identities. */
export interface Principals {
  /** The principal of a token: its identity, with no more than the scopes of the token cover. */
  ofToken(
    claims: Pick<TokenClaims, 'profile' | 'clientId' | 'tokenId' | 'scope'>,
  ): Promise<Principal>;
  /** The principal of a stored identity that acts without a token: a bot. */
  ofReference(reference: string): Promise<Principal>;
  /** Forgets all policies: one was changed, or a membership was. */
  forget(): void;
}

interface Kept {
  readonly entitlement: Promise<Entitlement>;
  readonly until: number;
}

/** Opens the principals on the store. */
export function createPrincipals(store: ClinicalStore, log: Logger): Principals {
  const kept = new Map<string, Kept>();
  const narrowed = async (reference: string, scopes: readonly string[]): Promise<Entitlement> => {
    const entitlement = await entitlementOf(store, reference, log);
    const policy = sealBinaries(narrowToScopes(entitlement.policy, scopes, reference));
    return { ...entitlement, policy };
  };
  const lookUp = async (
    reference: string,
    scopes: readonly string[] = [],
  ): Promise<Entitlement> => {
    const now = store.clock.now();
    const key = [reference, ...scopes].join(' ');
    const known = kept.get(key);
    if (known !== undefined && known.until > now) return known.entitlement;
    const entitlement = narrowed(reference, scopes);
    if (kept.size >= CACHE_ENTRIES) kept.clear();
    const entry = { entitlement, until: now + CACHE_TIME };
    kept.set(key, entry);
    const drop = (): void => {
      if (kept.get(key) === entry) kept.delete(key);
    };
    try {
      const found = await entitlement;
      if (found.dormant === true) drop();
      return found;
    } catch (error) {
      drop();
      throw error;
    }
  };
  return {
    async ofToken({ profile, clientId, tokenId, scope }) {
      const { roles, policy } = await lookUp(profile, resourceScopes(scope));
      const purpose = purposeOf(profile);
      return { reference: profile, roles, policy, clientId, tokenId, purpose, scope };
    },
    async ofReference(reference) {
      const { roles, policy } = await lookUp(reference);
      return { reference, roles, policy, purpose: purposeOf(reference) };
    },
    forget: () => {
      kept.clear();
    },
  };
}

/** A principal whose policy is not stored but declared: a plugin, or the server while it starts. */
export function declaredPrincipal(
  reference: string,
  role: string,
  policy: CompiledPolicy,
): Principal {
  return {
    reference,
    roles: [role],
    policy: sealBinaries(policy),
    purpose: purposeOf(reference),
    plansIds: true,
  };
}

/** Why an identity accesses data where it says nothing else. @see http://terminology.hl7.org/CodeSystem/v3-ActReason */
function purposeOf(reference: string): string {
  switch (reference.split('/', 1)[0]) {
    case 'Patient':
    case 'RelatedPerson':
      return 'PATRQT';
    case 'Practitioner':
    case 'PractitionerRole':
      return 'TREAT';
    default:
      return 'HSYSADMIN';
  }
}
