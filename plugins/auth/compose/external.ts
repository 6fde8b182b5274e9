import type { Provider } from 'oidc-provider';
import type { RouteHandler } from '../../../src/plugin/sdk.ts';
import { attemptStore } from '../external/attempt-store.ts';
import { bindSignIn } from '../external/bind-sign-in.ts';
import { CALLBACK_PREFIX, callbackRoute } from '../external/callback-route.ts';
import { externalEvents } from '../external/external-events.ts';
import { type ExternalLinks, externalLinks } from '../external/external-links.ts';
import { externalRoutes } from '../external/external-routes.ts';
import { type IdpClient, idpClient } from '../external/idp-client.ts';
import { providerLabel } from '../external/provider-label.ts';
import { signInElsewhere } from '../external/sign-in-elsewhere.ts';
import { subjectStore } from '../external/subject-store.ts';
import type { RequestOrigin } from '../oidc/request-origin.ts';
import type { InteractionHandler } from '../pages/interaction/interaction-visit.ts';
import type { Language } from '../pages/texts.ts';
import type { Frame } from '../pages/visit.ts';
import { acrMeets, TWO_FACTOR_ACR } from '../security/assurance.ts';
import { changeStore } from '../security/change-store.ts';
import type { AuthCore } from './core.ts';

/** Signing in with other identity providers. */
export interface External {
  /** What the login page offers; the path lies below the interaction. */
  choices(language: Language): readonly { readonly path: string; readonly label: string }[];
  /** Pages of the prompt `login`. */
  routes(
    provider: Pick<Provider, 'interactionFinished'>,
  ): Readonly<Record<string, InteractionHandler>>;
  /**
   * Connects what waits in an interaction with the account that has just signed in there with its own factors. One factor
   * is not enough: the connection would sign in with as many as the other provider vouches for.
   */
  signedIn(
    interaction: string,
    login: { readonly accountId: string; readonly acr: string },
    origin: RequestOrigin,
  ): Promise<void>;
  readonly callback: RouteHandler;
  readonly links: ExternalLinks;
}

/** Path of the callbacks. */
export { CALLBACK_PREFIX };

/** @throws FhirError `AUTH_IDP_CONFIG` */
export async function composeExternal(core: AuthCore, frame: Frame): Promise<External> {
  const { accounts, address, audit, box, database, digest, hasher, host, limits, links } = core;
  const { clock, config, log, mode, origin, repository } = host;
  const idps = new Map<string, IdpClient>();
  for (const one of config.identityProviders)
    idps.set(one.id, await idpClient(one, clock, mode === 'sandbox'));
  const attempts = attemptStore(database, box, clock);
  const subjects = subjectStore(database, digest('external-subject'), clock);
  const bind = bindSignIn({
    database,
    accounts,
    hasher,
    links,
    subjects,
    clock,
    repository,
    audit,
    changes: changeStore(database, box, clock),
    adminPolicies: config.identities.adminPolicies,
  });
  const elsewhere = signInElsewhere(
    attempts,
    clock,
    (idp) => `${origin}${CALLBACK_PREFIX}/${idp.config.id}`,
  );
  const parts = {
    idps,
    elsewhere,
    attempts,
    bind,
    events: externalEvents(accounts, address, audit),
    throttle: limits,
    registrationsPerHour: config.login.registrationsPerHour,
    address,
    origin,
    clock,
    log,
  };
  return {
    choices: (language) =>
      [...idps.values()].map((idp) => ({
        path: `/external?idp=${idp.config.id}`,
        label: providerLabel(idp.config, language),
      })),
    routes: (provider) => externalRoutes({ ...parts, provider }),
    async signedIn(interaction, { accountId, acr }, where) {
      if (!acrMeets(acr, TWO_FACTOR_ACR)) return;
      const pending = await attempts.findUnbound(interaction);
      if (pending?.connect !== true) return;
      const taken = await attempts.takeUnbound(interaction);
      if (taken !== undefined) await bind.connect(accountId, taken, where);
    },
    callback: callbackRoute(frame, attempts),
    links: externalLinks({ database, subjects, accounts, logins: core.logins, audit }),
  };
}
