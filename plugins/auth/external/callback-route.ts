import type { RouteHandler } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import { INTERACTION_PREFIX } from '../oidc/paths.ts';
import { sendTo } from '../pages/headers.ts';
import { type Frame, pathOf, queryOf, showFailure, visit } from '../pages/visit.ts';
import type { AttemptStore } from './attempt-store.ts';

/** Redirect URIs; each provider has its own, so that an answer of one is never taken for one of another. */
export const CALLBACK_PREFIX = '/auth/external/callback';

/**
 * Where other providers send the browser back to: from here it goes on below its interaction, whose cookie tells whether
 * it is the browser that was sent away.
 * @see https://www.rfc-editor.org/rfc/rfc9700#section-4.4.2.2
 */
export function callbackRoute(frame: Frame, attempts: AttemptStore): RouteHandler {
  return async (request, response) => {
    try {
      const [, id = ''] =
        /^\/auth\/external\/callback\/([a-z][a-z0-9-]{1,31})$/.exec(pathOf(request)) ?? [];
      const query = queryOf(request);
      const interaction = await attempts.interactionOf(query.get('state') ?? '');
      if (request.method !== 'GET' || id === '' || interaction === undefined)
        throw authError('AUTH_SESSION_GONE');
      query.set('idp', id);
      sendTo(response, `${INTERACTION_PREFIX}/${interaction}/external?${query}`);
    } catch (error) {
      showFailure(visit(frame, request, response), frame, error);
    }
  };
}
