import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Interaction, Provider } from 'oidc-provider';
import type { RouteHandler } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';
import { INTERACTION_PREFIX } from '../oidc/paths.ts';
import type { InteractionHandler } from './interaction/interaction-visit.ts';
import { formToken } from './own-form.ts';
import { pathOf, showFailure, visit } from './visit.ts';
import type { Frame } from './visit.ts';

export interface InteractionParts {
  readonly provider: Provider;
  readonly frame: Frame;
  readonly formDigest: KeyedDigest;
  /** Pages by what the provider waits for and by method and path below the interaction, such as `GET /factor`. */
  readonly prompts: Readonly<Record<string, Readonly<Record<string, InteractionHandler>>>>;
}

/** The pages of a sign-in, below the interaction the provider started. They open only in the browser that began it. */
export function interactionRoutes(parts: InteractionParts): RouteHandler {
  const { frame } = parts;
  return async (request, response) => {
    let current = visit(frame, request, response);
    try {
      const [, uid = '', page = ''] =
        /^\/auth\/interaction\/([\w-]{1,64})(\/[a-z-]{1,30})?$/.exec(pathOf(request)) ?? [];
      const interaction = uid === '' ? undefined : await open(parts, request, response);
      if (interaction?.uid !== uid) throw authError('AUTH_SESSION_GONE');
      const { params, prompt } = interaction;
      const pages = parts.prompts[prompt.name];
      const base = `${INTERACTION_PREFIX}/${uid}`;
      const readable = pages?.[`GET ${page}`] === undefined ? base : `${base}${page}`;
      current = visit(frame, request, response, {
        path: readable,
        uiLocales: params['ui_locales'],
        redirectUri: String(params['redirect_uri']),
      });
      // What the provider waits for has changed meanwhile: an old tab is led to the page that counts now.
      const route = pages?.[`${request.method} ${page}`];
      if (route === undefined) throw authError('AUTH_SESSION_GONE');
      const token = formToken(parts.formDigest, uid);
      await route({
        ...current,
        interaction,
        uid,
        base,
        token,
        formToken: token.toString('base64url'),
        clientId: String(params['client_id']),
      });
    } catch (error) {
      showFailure(current, frame, error);
    }
  };
}

async function open(
  { provider }: InteractionParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Interaction | undefined> {
  try {
    return await provider.interactionDetails(request, response);
  } catch (error) {
    // The cookie is missing or stale: the person comes back to an old page, which is no failure of the server.
    if ((error as { error?: unknown }).error === 'invalid_request') return undefined;
    throw error;
  }
}
