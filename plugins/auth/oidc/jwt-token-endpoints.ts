import type { Logger } from 'pino';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { SecurityEvent } from '../../../src/plugin/sdk.ts';
import type { LoginStore } from '../logins/login-store.ts';
import type { ClientAddress } from '../pages/client-address.ts';
import type { TokenVerifier } from '../tokens/authenticator.ts';
import type { Revocations } from '../tokens/revocations.ts';
import type { VerifiedToken } from '../tokens/verified-tokens.ts';
import { endToken } from './bearer-routes.ts';
import { introspection } from './introspection.ts';
import { PROVIDER_ROUTES } from './paths.ts';
import { requestOrigin } from './request-origin.ts';

export interface JwtEndpointParts {
  readonly tokens: Pick<TokenVerifier, 'examine'>;
  readonly logins: LoginStore;
  readonly revocations: Revocations;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly address: ClientAddress;
  readonly log: Logger;
  /** FHIR base. */
  readonly audience: string;
}

/**
 * Introspection and revocation of JWT access tokens. The provider knows them for opaque tokens only: it authenticates the
 * client, checks the request, and then says that the type of the token is unsupported, which is where this begins.
 * @see https://www.rfc-editor.org/rfc/rfc7662, https://www.rfc-editor.org/rfc/rfc7009
 */
export function jwtTokenEndpoints(provider: Provider, parts: JwtEndpointParts): void {
  provider.use(async (ctx, next) => {
    await next();
    const { introspection: introspect, revocation: revoke } = PROVIDER_ROUTES;
    if (ctx.path !== introspect && ctx.path !== revoke) return;
    if ((ctx.body as { error?: unknown } | undefined)?.error !== 'unsupported_token_type') return;
    const context = ctx as KoaContextWithOIDC;
    const token = context.oidc.params?.['token'];
    if (context.oidc.client === undefined || typeof token !== 'string') return;
    try {
      const found = await examined(parts, token);
      if (ctx.path === introspect) await answerIntrospection(context, found, parts);
      else await answerRevocation(context, found, parts);
    } catch (error) {
      parts.log.error({ err: error }, 'auth.token.endpoint.failed');
      ctx.status = 503;
      ctx.body = { error: 'temporarily_unavailable' };
    }
  });
}

async function examined(
  { tokens }: JwtEndpointParts,
  token: string,
): Promise<VerifiedToken | undefined> {
  try {
    return await tokens.examine(token);
  } catch (error) {
    if (isFhirError(error) && error.status === 401) return undefined;
    throw error;
  }
}

/** A client without a secret learns of its own tokens alone: anybody can say to be it. */
async function answerIntrospection(
  ctx: KoaContextWithOIDC,
  found: VerifiedToken | undefined,
  { audience, logins }: JwtEndpointParts,
): Promise<void> {
  const { client } = ctx.oidc;
  const foreign = found?.claims.clientId !== client?.clientId;
  const hidden = foreign && client?.['clientAuthMethod'] === 'none';
  const login =
    found?.claims.loginId === undefined ? undefined : await logins.byId(found.claims.loginId);
  const over = found?.claims.loginId !== undefined && login?.revoked !== false;
  ctx.status = 200;
  ctx.body =
    found === undefined || hidden || over
      ? { active: false }
      : introspection(found.said, audience, login?.context ?? {});
}

/** What is not valid, or of another client, is answered the same way: there is nothing left to revoke. */
async function answerRevocation(
  ctx: KoaContextWithOIDC,
  found: VerifiedToken | undefined,
  parts: JwtEndpointParts,
): Promise<void> {
  ctx.status = 200;
  ctx.body = '';
  if (found === undefined || found.claims.clientId !== ctx.oidc.client?.clientId) return;
  await endToken(parts, found.claims);
  const { profile, clientId, tokenId } = found.claims;
  await parts.audit({
    type: '110113',
    subtype: '110137',
    outcome: 'success',
    agent: profile,
    ...(profile.startsWith('Patient/') ? { patient: profile } : {}),
    clientId,
    tokenId,
    description: 'A client has revoked its token; the login has ended',
    ...requestOrigin(parts.address, ctx.req, ctx.res),
  });
}
