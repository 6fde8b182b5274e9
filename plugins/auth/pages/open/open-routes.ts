import type { RouteHandler } from '../../../../src/plugin/sdk.ts';
import { authError } from '../../errors.ts';
import { pathOf, showFailure, visit } from '../visit.ts';
import type { Frame } from '../visit.ts';
import { openVisit } from './open-visit.ts';
import type { OpenHandler, OpenVisitParts } from './open-visit.ts';

export interface OpenRouteParts extends OpenVisitParts {
  readonly frame: Frame;
  /** Pages by method and path, such as `GET /auth/lock`. */
  readonly pages: Readonly<Record<string, OpenHandler>>;
}

/** Pages that work without a sign-in: lock and recovery. */
export function openRoutes(parts: OpenRouteParts): RouteHandler {
  const { frame, pages } = parts;
  return async (request, response) => {
    const path = pathOf(request);
    const readable = pages[`GET ${path}`] === undefined ? {} : { path };
    const current = visit(frame, request, response, readable);
    try {
      const route = pages[`${request.method} ${path}`];
      if (route === undefined) throw authError('AUTH_PAGE_UNKNOWN');
      await route(openVisit(parts, current));
    } catch (error) {
      showFailure(current, frame, error);
    }
  };
}
