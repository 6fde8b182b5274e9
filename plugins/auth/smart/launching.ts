import { errors } from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { type AccountIdentity, smartScope } from '../../../src/plugin/sdk.ts';
import type { ChosenIdentity } from '../identities/chosen-identity.ts';
import { answersOf } from '../oidc/interaction-result.ts';
import type { LaunchContext } from './launch-context.ts';
import type { LaunchStore } from './launch-store.ts';

/** What an authorization request is about, as far as it is decided. */
export interface Launched {
  readonly context: LaunchContext;
  /** Who acts; absent where that is not decided, or nothing is to be known. */
  readonly identity?: AccountIdentity;
  /** What the person has yet to choose. */
  readonly missing?: 'patient' | 'encounter';
}

/** Finds out what an authorization request is about. */
export interface Launching {
  /**
   * @param current membership of the login that the browser session has already
   * @throws InvalidRequest where the launch is not one of this client and identity, or was used
   */
  of(ctx: KoaContextWithOIDC, current?: string): Promise<Launched>;
  /** Uses up the launch of a request for which a code is about to be issued. @throws InvalidRequest it was used meanwhile */
  use(ctx: KoaContextWithOIDC): Promise<void>;
}

const NOTHING: Launched = { context: {} };

/**
 * The launch context comes from the launch, from the identity (a patient is the context of its own apps), or from what the
 * person has chosen, in this order.
 * @see https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
 */
export function launching(launches: LaunchStore, chosen: ChosenIdentity): Launching {
  return {
    async of(ctx, current) {
      const { client, session } = ctx.oidc;
      const scopes = [...ctx.oidc.requestParamScopes];
      if (client === undefined || session?.accountId === undefined) return NOTHING;
      if (!scopes.some(concernsContext)) return NOTHING;
      const identity = await chosen.of(ctx, current);
      if (identity === undefined) return NOTHING;
      const { profile } = identity;
      const launch = launchParameter(ctx);
      const target = { clientId: client.clientId, profile };
      const launched = launch === undefined ? {} : await launches.find(launch, target);
      if (launched === undefined) throw unusable();
      const own = profile.startsWith('Patient/') ? { patient: profile } : {};
      const context: LaunchContext = { ...own, ...answersOf(ctx).launch, ...launched };
      if (context.patient === undefined && scopes.some(needsPatient)) {
        return { context, identity, missing: 'patient' };
      }
      if (context.encounter === undefined && scopes.includes('launch/encounter')) {
        const missing = context.patient === undefined ? 'patient' : 'encounter';
        return { context, identity, missing };
      }
      return { context, identity };
    },
    async use(ctx) {
      const launch = launchParameter(ctx);
      if (launch !== undefined && !(await launches.use(launch))) throw unusable();
    },
  };
}

/** The launch of a request that asks for its context. */
function launchParameter({ oidc }: KoaContextWithOIDC): string | undefined {
  const launch = oidc.params?.['launch'];
  return typeof launch === 'string' && oidc.requestParamScopes.has('launch') ? launch : undefined;
}

function unusable(): Error {
  return new errors.InvalidRequest('launch is not known, was used, or is somebody else’s');
}

function concernsContext(scope: string): boolean {
  return scope === 'launch' || scope.startsWith('launch/') || scope.startsWith('patient/');
}

/** Scopes about one patient say nothing until it is known which. */
function needsPatient(scope: string): boolean {
  return scope === 'launch/patient' || smartScope(scope)?.context === 'patient';
}
