import type { Logger } from 'pino';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { AmbientDatabase } from './ambient-database.ts';
import { TOKEN_PATH } from './paths.ts';

/** Undoes what a request has written. */
class Undo extends Error {}

/**
 * Makes each request to the token endpoint one transaction, from the code or refresh token it consumes to the record of
 * what it hands out. Where it fails through the server, nothing has happened, and the client may ask again with the same
 * code or token; a refusal is no failure, and what it revokes stays revoked. At each endpoint a database that is away is told
 * as what passes, and not as a fault of the request.
 */
export function tokenTransaction(
  provider: Provider,
  parts: { readonly database: AmbientDatabase; readonly log: Logger },
): void {
  const unavailable = new WeakSet();
  provider.on('server_error', (ctx, error) => {
    if (isFhirError(error) && error.status === 503) unavailable.add(ctx);
  });
  provider.use(async (ctx, next) => {
    if (ctx.path !== TOKEN_PATH || ctx.method !== 'POST') {
      await next();
      if (ctx.status !== 500 || !unavailable.has(ctx)) return;
      const { type } = ctx.response;
      const page: unknown = type === 'text/html' ? ctx.body : undefined;
      tellUnavailable(ctx, page ?? { error: 'temporarily_unavailable' });
      return;
    }
    try {
      await parts.database.together(async () => {
        await next();
        if (ctx.status >= 500) throw new Undo();
      });
    } catch (error) {
      if (!(error instanceof Undo)) {
        parts.log.error({ err: error }, 'auth.token.transaction.failed');
        unavailable.add(ctx);
      }
      if (unavailable.has(ctx)) tellUnavailable(ctx, { error: 'temporarily_unavailable' });
    }
  });
}

/** Says that the request may be made again. */
function tellUnavailable(
  ctx: Pick<KoaContextWithOIDC, 'status' | 'set' | 'body'>,
  body: unknown,
): void {
  ctx.status = 503;
  ctx.set('Retry-After', '5');
  ctx.body = body;
}
