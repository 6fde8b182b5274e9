import type { Logger } from 'pino';
import { decodeJwt } from 'jose';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { SecurityEvent } from '../../../src/plugin/sdk.ts';
import type { Throttle } from '../accounts/throttle.ts';
import { CLIENT_RULE } from '../accounts/throttle.ts';
import type { AssertionWatch } from '../clients/refused-assertions.ts';
import type { ClientAddress } from '../pages/client-address.ts';
import { launchContext, tokenResponseContext } from '../smart/launch-context.ts';
import type { GrantLogins } from './grant-logins.ts';
import { TOKEN_PATH } from './paths.ts';
import { requestOrigin } from './request-origin.ts';

export interface TokenEndpointParts {
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly assertions: AssertionWatch;
  readonly throttle: Throttle;
  readonly address: ClientAddress;
  readonly log: Logger;
  readonly grants: GrantLogins;
  /** Where apps find the colours of the server. */
  readonly styleUrl: string;
}

interface OAuthError {
  readonly error?: string;
  readonly error_detail?: string | undefined;
}

/**
 * Puts what happens at the token endpoint on the audit ledger before the answer goes out, and adds the members of the
 * response that FHIR clients look for. A token whose issue cannot be recorded is not handed out.
 */
export function tokenEndpoint(provider: Provider, parts: TokenEndpointParts): void {
  const refusals = new WeakMap<object, OAuthError>();
  provider.on('grant.error', (ctx, error) => {
    refusals.set(ctx, error);
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path !== TOKEN_PATH || ctx.method !== 'POST') return;
    try {
      const refusal = refusals.get(ctx);
      if (refusal === undefined) await recordIssue(ctx as KoaContextWithOIDC, parts);
      else await recordRefusal(ctx as KoaContextWithOIDC, refusal, parts);
    } catch (error) {
      parts.log.error({ err: error }, 'auth.token.audit.failed');
      ctx.status = 503;
      ctx.body = { error: 'temporarily_unavailable' };
    }
  });
}

async function recordIssue(ctx: KoaContextWithOIDC, parts: TokenEndpointParts): Promise<void> {
  const body = ctx.body as { access_token?: string } | undefined;
  if (ctx.status !== 200 || body?.access_token === undefined) return;
  const profile = String(decodeJwt(body.access_token)['profile']);
  const clientId = ctx.oidc.client?.clientId;
  if (ctx.oidc.entities.ClientCredentials !== undefined && clientId !== undefined) {
    await parts.audit({
      type: '110114',
      subtype: '110126',
      outcome: 'success',
      agent: profile,
      clientId,
      description: 'Access token issued to a service account',
      ...requestOrigin(parts.address, ctx.req, ctx.res),
    });
    await parts.assertions.accepted(clientId, parts.address(ctx.req));
  }
  // A grant is made once; the tokens that it renews are no new right.
  if (ctx.oidc.entities.AuthorizationCode !== undefined) {
    await parts.audit({
      type: '110113',
      subtype: '110137',
      outcome: 'success',
      agent: profile,
      ...(profile.startsWith('Patient/') ? { patient: profile } : {}),
      ...(clientId === undefined ? {} : { clientId }),
      description: 'Access granted to a client',
      ...requestOrigin(parts.address, ctx.req, ctx.res),
    });
  }
  ctx.body = {
    ...body,
    profile: { reference: profile },
    project: { reference: 'Project/default' },
    ...(await launchMembers(ctx, profile, parts)),
  };
}

/** What the app is about; a patient is what its own apps are about, whether they ask for it or not. */
async function launchMembers(
  ctx: KoaContextWithOIDC,
  profile: string,
  { grants, styleUrl }: TokenEndpointParts,
): Promise<Readonly<Record<string, unknown>>> {
  const { AuthorizationCode, RefreshToken } = ctx.oidc.entities;
  const { grantId } = AuthorizationCode ?? RefreshToken ?? {};
  const login = grantId === undefined ? undefined : await grants.living(ctx, grantId);
  if (login === undefined) return {};
  const own = profile.startsWith('Patient/') ? { patient: profile.slice('Patient/'.length) } : {};
  const context = launchContext.parse(login.context);
  return { ...own, ...tokenResponseContext(context), smart_style_url: styleUrl };
}

async function recordRefusal(
  ctx: KoaContextWithOIDC,
  refusal: OAuthError,
  parts: TokenEndpointParts,
): Promise<void> {
  const client = ctx.oidc.entities.Client;
  const named = client === undefined ? {} : { clientId: client.clientId };
  if (/already (used|consumed)/.test(refusal.error_detail ?? '')) {
    await parts.audit({
      type: '110113',
      subtype: '110132',
      outcome: 'serious',
      ...named,
      description: 'A refresh token or code was used twice; its grant is revoked',
      ...requestOrigin(parts.address, ctx.req, ctx.res),
    });
    return;
  }
  if (refusal.error !== 'invalid_client') return;
  if (client !== undefined) {
    await parts.throttle.attempt(CLIENT_RULE, `${client.clientId} ${parts.address(ctx.req)}`);
    await parts.assertions.refused(client.clientId, parts.address(ctx.req));
  }
  await parts.audit({
    type: '110114',
    subtype: '110126',
    outcome: 'minor',
    ...named,
    description: 'Client authentication refused',
    ...requestOrigin(parts.address, ctx.req, ctx.res),
  });
}
