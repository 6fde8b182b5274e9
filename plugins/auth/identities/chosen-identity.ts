import { errors } from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { AccountIdentity, SecurityEvent } from '../../../src/plugin/sdk.ts';
import type { DescribedIdentity, Identities } from './identities.ts';

/** Finds out whom the account of an authorization request acts as. */
export interface ChosenIdentity {
  /**
   * The identity: the only one, or the one that was chosen on the page.
   * @param current membership of the login that the browser session has already; it counts as chosen
   * @returns undefined: there are several, and the person has yet to choose
   * @throws AccessDenied where the account has none; the refusal is on the ledger
   */
  of(ctx: KoaContextWithOIDC, current?: string): Promise<AccountIdentity | undefined>;
  /** What there is to choose from; empty for a request of nobody. */
  choices(ctx: KoaContextWithOIDC): Promise<readonly DescribedIdentity[]>;
}

/** @see requirements */
export function chosenIdentity(
  identities: Identities,
  audit: (event: SecurityEvent) => Promise<void>,
): ChosenIdentity {
  // The provider asks several times in one request.
  const asked = new WeakMap<object, Promise<readonly DescribedIdentity[]>>();
  const refused = new WeakSet();
  const choices: ChosenIdentity['choices'] = (ctx) => {
    const { accountId } = ctx.oidc.session ?? {};
    const known = asked.get(ctx);
    if (known !== undefined || accountId === undefined) return known ?? Promise.resolve([]);
    const reading = identities.of(accountId);
    asked.set(ctx, reading);
    return reading;
  };
  return {
    choices,
    async of(ctx, current) {
      const all = await choices(ctx);
      const [only] = all;
      if (only === undefined) {
        if (ctx.oidc.session?.accountId !== undefined && !refused.has(ctx)) {
          refused.add(ctx);
          await audit(unboundEvent(ctx));
        }
        throw new errors.AccessDenied('the account has no FHIR identity');
      }
      if (all.length === 1) return only;
      const wanted = membershipOf(ctx.oidc.result) ?? current;
      return all.find(({ membershipId }) => membershipId === wanted);
    },
  };
}

/** Result of the page on which an identity is chosen. */
function membershipOf(result: unknown): string | undefined {
  const { identity } = (result ?? {}) as { identity?: { membershipId?: unknown } };
  return typeof identity?.membershipId === 'string' ? identity.membershipId : undefined;
}

function unboundEvent({ oidc }: KoaContextWithOIDC): SecurityEvent {
  return {
    type: '110114',
    subtype: '110122',
    outcome: 'serious',
    ...(oidc.client === undefined ? {} : { clientId: oidc.client.clientId }),
    description: 'Sign-in refused: the account has no FHIR identity',
  };
}
