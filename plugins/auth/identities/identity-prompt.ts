import { interactionPolicy } from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { AccountIdentity } from '../../../src/plugin/sdk.ts';
import { acrMeets, demandedAcr } from '../security/assurance.ts';

/** Name of the prompt, and of its page below the interaction. */
export const IDENTITY_PROMPT = 'identity';

/**
 * Asks who acts, where the account may act as several. It comes after the login and before the consent, since what is
 * consented to depends on who consents.
 * @param undecided true: there are several, and none is chosen
 */
export function identityPrompt(
  undecided: (ctx: KoaContextWithOIDC) => Promise<boolean>,
): interactionPolicy.Prompt {
  return new interactionPolicy.Prompt(
    { name: IDENTITY_PROMPT, requestable: false },
    new interactionPolicy.Check(
      'identity_undecided',
      'the account acts as several identities',
      'interaction_required',
      undecided,
    ),
  );
}

/**
 * Asks for a better login where the identity demands one: whoever administers needs a factor that resists phishing.
 * @param acting as whom the request acts, as far as that is known
 * @see IT-Grundschutz ORP.4.A10
 */
export function identityAcrCheck(
  acting: (ctx: KoaContextWithOIDC) => Promise<AccountIdentity | undefined>,
): interactionPolicy.Check {
  return new interactionPolicy.Check(
    'identity_acr',
    'the identity demands a stronger sign-in',
    'login_required',
    async (ctx) => {
      const identity = await acting(ctx);
      const acr = ctx.oidc.session?.acr ?? '';
      return identity !== undefined && !acrMeets(acr, demandedAcr(identity.class));
    },
  );
}
