import type { Provider } from 'oidc-provider';
import type { ConsentStore } from '../../logins/consent-store.ts';
import { authError } from '../../errors.ts';
import type { AppNames } from '../app-names.ts';
import { listBody } from '../form-body.ts';
import { accountOf } from '../interaction/interaction-visit.ts';
import type { InteractionHandler, InteractionVisit } from '../interaction/interaction-visit.ts';
import { assertOwnForm } from '../own-form.ts';
import { consentPage } from './consent-page.ts';

export interface ConsentRouteParts {
  readonly provider: Provider;
  readonly origin: string;
  readonly apps: AppNames;
  readonly consents: ConsentStore;
}

/** Without it there is no sign-in that a person could consent to. */
const ALWAYS = 'openid';

/** The consent to an app of another maker: allow some, allow all, or deny. */
export function consentRoutes(
  parts: ConsentRouteParts,
): Readonly<Record<string, InteractionHandler>> {
  return {
    'GET ': async (visit) => {
      const known = await parts.consents.find(accountOf(visit), visit.clientId);
      await show(parts, visit, 200, known?.scopes ?? []);
    },
    'POST /consent': async (visit) => {
      const { fields, values } = await listBody(visit.request, 'scope');
      assertOwnForm(visit.request, parts.origin, visit.token, fields.get('form_token'));
      const asked = scopesOf(visit);
      const always = asked.filter((scope) => scope === ALWAYS);
      const chosen = asked.filter((scope) => scope !== ALWAYS && values.includes(scope));
      const finish = (scopes: readonly string[]): Promise<void> =>
        parts.provider.interactionFinished(
          visit.request,
          visit.response,
          { consent: { scopes: [...scopes] } },
          // What was chosen on the pages before, such as whom the app is about, holds on.
          { mergeWithLastSubmission: true },
        );
      switch (fields.get('decision')) {
        case 'all':
          return finish(asked);
        case 'allow':
          if (chosen.length === 0) return show(parts, visit, 422, [], true);
          return finish([...always, ...chosen]);
        case 'deny':
          return parts.provider.interactionFinished(visit.request, visit.response, {
            error: 'access_denied',
            error_description: 'the person has not consented',
          });
        default:
          throw authError('AUTH_BODY_INVALID');
      }
    },
  };
}

async function show(
  parts: ConsentRouteParts,
  visit: InteractionVisit,
  status: number,
  ticked: readonly string[],
  missing = false,
): Promise<void> {
  const { base, clientId, formToken, interaction, look } = visit;
  const app = await parts.apps.of(clientId);
  const redirect = URL.parse(String(interaction.params['redirect_uri']));
  const target = redirect?.host === '' ? redirect.protocol : (redirect?.host ?? '');
  const scopes = scopesOf(visit).map((scope) => ({ scope, always: scope === ALWAYS }));
  visit.show(
    status,
    consentPage(look, { base, formToken, app: { ...app, target }, scopes, ticked, missing }),
  );
}

function scopesOf({ interaction }: InteractionVisit): string[] {
  const { scope } = interaction.params;
  const asked = typeof scope === 'string' ? scope.split(' ') : [];
  return [...new Set(asked)].filter((one) => one !== '');
}
