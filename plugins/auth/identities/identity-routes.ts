import type { Provider } from 'oidc-provider';
import { authError } from '../errors.ts';
import { formBody } from '../pages/form-body.ts';
import {
  accountOf,
  type InteractionHandler,
  type InteractionVisit,
} from '../pages/interaction/interaction-visit.ts';
import { assertOwnForm } from '../pages/own-form.ts';
import type { Identities } from './identities.ts';
import { identityPage } from './identity-page.ts';

export interface IdentityRouteParts {
  readonly provider: Pick<Provider, 'interactionFinished'>;
  readonly identities: Identities;
  readonly origin: string;
}

/**
 * The page on which one of several identities is chosen. What the account does not have is no choice.
 * @see requirement R-020
 */
export function identityRoutes(
  parts: IdentityRouteParts,
): Readonly<Record<string, InteractionHandler>> {
  const { identities, origin, provider } = parts;
  const show = async (visit: InteractionVisit, missing = false): Promise<void> => {
    const all = await identities.of(accountOf(visit));
    if (all.length === 0) throw authError('AUTH_IDENTITY_MISSING');
    const { base, formToken, look } = visit;
    const body = identityPage(look, { base, formToken, identities: all, missing });
    visit.show(missing ? 422 : 200, body);
  };
  return {
    'GET ': (visit) => show(visit),
    'POST /identity': async (visit) => {
      const { request, response } = visit;
      const fields = await formBody(request);
      assertOwnForm(request, origin, visit.token, fields.get('form_token'));
      const wanted = fields.get('identity');
      const all = await identities.of(accountOf(visit));
      const chosen = all.find(({ membershipId }) => membershipId === wanted);
      if (chosen === undefined) return show(visit, true);
      const identity = { membershipId: chosen.membershipId };
      const merged = { mergeWithLastSubmission: true };
      await provider.interactionFinished(request, response, { identity }, merged);
    },
  };
}
