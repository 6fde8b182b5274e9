import type { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { PluginHost, RouteHandler } from '../../src/plugin/sdk.ts';
import { login } from './accounts/login.ts';
import { registration } from './accounts/registration.ts';
import { repairPendingAccounts } from './accounts/repair-pending.ts';
import { authCore } from './compose/core.ts';
import { createSandboxIdentities } from './clients/sandbox-identities.ts';
import type { AuthConfig } from './config.ts';
import { bearerLogout, userInfo } from './oidc/bearer-routes.ts';
import { canonicalHost } from './oidc/canonical-host.ts';
import { clientAdapter } from './oidc/client-adapter.ts';
import { INTERACTION_TTL } from './oidc/lifetimes.ts';
import * as paths from './oidc/paths.ts';
import { payloadAdapter } from './oidc/payload-adapter.ts';
import { pinOrigin } from './oidc/pinned-origin.ts';
import { openIdProvider } from './oidc/provider.ts';
import { sessionEvents } from './oidc/session-events.ts';
import { smartConfiguration } from './oidc/smart-configuration.ts';
import { tokenEndpoint } from './oidc/token-endpoint.ts';
import { pageHeaders } from './pages/headers.ts';
import { interactionRoutes } from './pages/interaction-routes.ts';
import { textsFor } from './pages/locale.ts';
import { errorPage, logoutPage, signedOutPage } from './pages/message-page.ts';
import { requestLimit } from './pages/request-limit.ts';
import { recurring } from './recurring.ts';
import { sweepExpired } from './sweep.ts';
import { authenticator } from './tokens/authenticator.ts';

const REVOCATION_REFRESH_MS = 5_000;
const SWEEP_MS = 300_000;

/**
 * Composes the plugin.
 * @throws FhirError `AUTH_KEYS_MISSING`, `AUTH_KEYS_INVALID`, `AUTH_CLIENT_INVALID`, `AUTH_SANDBOX_IDENTITIES`
 */
export async function registerAuth(host: PluginHost<AuthConfig>): Promise<void> {
  const { clock, config, log, mode, origin, repository } = host;
  const core = await authCore(host);
  const { accounts, address, audience, audit, box, clients, database, digest } = core;
  const { hasher, keys, limits, revoked, secure, totp, verified } = core;

  const publicKeys = keys.signing.keys.map(({ d: _private, ...jwk }) => jwk);
  const tokens = authenticator({
    issuer: origin,
    audience,
    publicKeys: { keys: publicKeys },
    clock,
    mode,
    verified,
    revocations: revoked,
  });

  const adapterParts = { database, box, clock, revocations: revoked };
  // An error page may be asked for without a context of OpenID Connect: an unknown path.
  const texts = (
    ctx: Pick<KoaContextWithOIDC, 'get'> & { oidc?: Pick<KoaContextWithOIDC['oidc'], 'params'> },
  ) => textsFor(ctx.oidc?.params?.['ui_locales'], ctx.get('accept-language'));
  const showPage = (ctx: KoaContextWithOIDC, body: string, redirectUri?: string): void => {
    ctx.set(pageHeaders(secure, redirectUri));
    ctx.body = body;
  };
  const provider = openIdProvider({
    origin,
    audience,
    keys,
    accounts,
    throttle: limits,
    address,
    clock,
    adapter: (model) =>
      model === 'Client' ? clientAdapter(clients) : payloadAdapter(model, adapterParts),
    renderError: (ctx, out) => {
      const { error } = texts(ctx);
      showPage(
        ctx,
        errorPage(texts(ctx), ctx.status < 500 ? error.refused : error.failed, out.error),
      );
    },
    logoutSource: (ctx, form) => {
      const target = ctx.oidc.params?.['post_logout_redirect_uri'];
      showPage(ctx, logoutPage(texts(ctx), form), typeof target === 'string' ? target : undefined);
    },
    logoutDone: (ctx) => showPage(ctx, signedOutPage(texts(ctx))),
  });
  provider.on('server_error', (_ctx, error) => log.error({ err: error }, 'auth.provider.failed'));
  // Koa prints what nobody listens for; its event is missing in the types of the provider.
  const koa: EventEmitter = provider;
  koa.on('error', (error) => log.error({ err: error }, 'auth.provider.failed'));
  tokenEndpoint(provider, { audit, clients, throttle: limits, address, log });
  sessionEvents(provider, { audit, accounts, address, log });

  const pinned = new URL(origin);
  const handle = provider.callback();
  const bearerParts = {
    authenticator: tokens,
    verified,
    revocations: revoked,
    database,
    audit,
    address,
    audience,
  };
  const oauth: RouteHandler = (request, response) => {
    const path = pathOf(request);
    const moved = path === paths.AUTHORIZE_PATH ? canonicalHost(request, pinned) : undefined;
    if (moved !== undefined) {
      response.writeHead(307, { Location: moved, 'Cache-Control': 'no-store' }).end();
      return;
    }
    pinOrigin(request, pinned);
    if (path === paths.USERINFO_PATH && isOneOf(request, 'GET', 'POST')) {
      return userInfo(bearerParts, request, response);
    }
    if (path === paths.LOGOUT_PATH && isOneOf(request, 'POST')) {
      return bearerLogout(bearerParts, request, response);
    }
    return handle(request, response);
  };
  const pages = interactionRoutes({
    provider,
    origin,
    login: await login({ accounts, hasher, totp, throttle: limits, repository, audit }),
    registration: registration({
      database,
      accounts,
      hasher,
      totp,
      box,
      repository,
      audit,
      clock,
      minPasswordLength: config.password.minLength,
      totpAlgorithm: config.totpAlgorithm,
      draftTtl: INTERACTION_TTL,
    }),
    totp,
    throttle: limits,
    address,
    formDigest: digest('form'),
    config,
    clock,
    log,
  });
  const limited = requestLimit(config.requestsPerMinute, address);
  host.route('/.well-known/openid-configuration', oauth);
  host.route('/.well-known/oauth-authorization-server', oauth);
  host.route(paths.OAUTH_PREFIX, limited(oauth));
  const pinnedPages: RouteHandler = (request, response) => {
    pinOrigin(request, pinned);
    return pages(request, response);
  };
  host.route(paths.INTERACTION_PREFIX, limited(pinnedPages));
  host.route(paths.ASSETS_PREFIX, await stylesheet());
  host.authenticator({ ...tokens, smartConfiguration: smartConfiguration(origin) });

  const work = [
    recurring('revocations', REVOCATION_REFRESH_MS, log, () => revoked.refresh()),
    recurring('sweep', SWEEP_MS, log, async () => {
      await sweepExpired(database, clock);
      await repairPendingAccounts({ accounts, repository, clock, log });
    }),
  ];
  host.onReady(async () => {
    if (mode === 'sandbox') await createSandboxIdentities(repository);
    await repairPendingAccounts({ accounts, repository, clock, log });
    await audit({
      type: '110113',
      subtype: '110129',
      outcome: 'success',
      description: `Signing keys in use: ${publicKeys.map(({ kid }) => kid).join(', ')}`,
    });
    for (const { start } of work) start();
  });
  host.onClose(async () => {
    for (const { stop } of work) await stop();
  });
}

async function stylesheet(): Promise<RouteHandler> {
  const css = await readFile(join(import.meta.dirname, 'pages', 'style.css'));
  return (request, response) => {
    const found = pathOf(request) === paths.STYLE_PATH && isOneOf(request, 'GET', 'HEAD');
    response.writeHead(found ? 200 : 404, {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': found ? 'public, max-age=3600' : 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    response.end(found ? css : '');
  };
}

function isOneOf(request: IncomingMessage, ...methods: readonly string[]): boolean {
  return methods.includes(request.method ?? '');
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}
