import type { Logger } from 'pino';
import type { CompiledPolicy } from '../access/policy.ts';
import type { Principal } from '../access/principal.ts';
import { sealBinaries } from '../access/seal-binaries.ts';
import { narrowToScopes, resourceScopes } from '../access/scopes.ts';
import type { TokenClaims } from '../plugin/sdk.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { type Circumstances, isMachine } from './circumstances.ts';
import { entitlementOf } from './memberships.ts';
import { type Standing, standings } from './standing.ts';

/** Identities whose policies are kept at hand. */
const CACHE_ENTRIES = 5_000;

/** Longest time that a policy is used without looking again, in milliseconds: the net below the notifications. */
const CACHE_TIME = 60_000;

/** Makes principals out of verified claims, and out of the server's own identities. */
export interface Principals {
  /**
   * The principal of a token: its identity, with no more than the scopes of the token cover, under the policies that hold
   * for the address and the authentication at this moment.
   * @param address of the client; absent where the server goes on by itself with what a request has started
   */
  ofToken(
    claims: Pick<
      TokenClaims,
      'profile' | 'clientId' | 'tokenId' | 'scope' | 'acr' | 'patient' | 'loginId'
    >,
    address?: string,
  ): Promise<Principal>;
  /**
   * The principal of a stored identity that acts without a token: a bot. Nobody has authenticated, so that policies which
   * demand it do not hold.
   */
  ofReference(reference: string): Promise<Principal>;
  /** Forgets all policies: one was changed, or a membership was. */
  forget(): void;
}

/** What an identity may do with certain scopes, whatever the circumstances. */
interface Looked {
  readonly standing: (circumstances: Circumstances) => Standing;
  readonly dormant: boolean;
}

interface Kept {
  readonly looked: Promise<Looked>;
  readonly until: number;
}

/** Opens the principals on the store. */
export function createPrincipals(store: ClinicalStore, log: Logger): Principals {
  const kept = new Map<string, Kept>();
  const look = async (
    reference: string,
    scopes: readonly string[],
    patient: string | undefined,
  ): Promise<Looked> => {
    const { parts, dormant = false } = await entitlementOf(store, reference, log);
    const narrow = (policy: CompiledPolicy): CompiledPolicy =>
      sealBinaries(narrowToScopes(store.definitions, policy, scopes, reference, patient));
    return { standing: standings(parts, narrow), dormant };
  };
  const lookUp = async (
    reference: string,
    scopes: readonly string[] = [],
    patient?: string,
  ): Promise<Looked> => {
    const now = store.clock.now();
    const key = [reference, patient ?? '', ...scopes].join(' ');
    const known = kept.get(key);
    if (known !== undefined && known.until > now) return known.looked;
    const looked = look(reference, scopes, patient);
    if (kept.size >= CACHE_ENTRIES) kept.clear();
    const entry = { looked, until: now + CACHE_TIME };
    kept.set(key, entry);
    const drop = (): void => {
      if (kept.get(key) === entry) kept.delete(key);
    };
    try {
      const found = await looked;
      if (found.dormant) drop();
      return found;
    } catch (error) {
      drop();
      throw error;
    }
  };
  return {
    async ofToken({ profile, clientId, tokenId, scope, acr, patient, loginId }, address) {
      const { standing } = await lookUp(profile, resourceScopes(scope), patient);
      const circumstances = {
        now: store.clock.now(),
        machine: isMachine(profile) && acr === undefined,
        ...(address === undefined ? {} : { address }),
        ...(acr === undefined ? {} : { acr }),
      };
      return {
        reference: profile,
        ...standing(circumstances),
        clientId,
        tokenId,
        purpose: purposeOf(profile),
        scope,
        ...(acr === undefined ? {} : { acr }),
        ...(patient === undefined ? {} : { patient }),
        ...(loginId === undefined ? {} : { loginId }),
      };
    },
    async ofReference(reference) {
      const { standing } = await lookUp(reference);
      const here = standing({ now: store.clock.now(), machine: false });
      return { reference, ...here, purpose: purposeOf(reference) };
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
