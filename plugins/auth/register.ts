import type { IncomingMessage } from 'node:http';
import type { PluginHost, RouteHandler } from '../../src/plugin/sdk.ts';
import { repairPendingAccounts } from './accounts/repair-pending.ts';
import { authCore } from './compose/core.ts';
import { CALLBACK_PREFIX, composeExternal } from './compose/external.ts';
import { composeFrame, composePages } from './compose/pages.ts';
import { SERVICE_ACCOUNTS_PREFIX } from './clients/admin-route.ts';
import { composeInventory } from './compose/inventory.ts';
import { composeInvitations } from './compose/invitations.ts';
import { composeOidc } from './compose/oidc.ts';
import { composeEndpoints, composeService } from './compose/service.ts';
import { composeSmart } from './compose/smart.ts';
import { composeSignIn } from './compose/sign-in.ts';
import { supportDeskRoute } from './compose/support.ts';
import { createSandboxIdentities } from './clients/sandbox-identities.ts';
import type { AuthConfig } from './config.ts';
import { bearerLogout, userInfo } from './oidc/bearer-routes.ts';
import { canonicalHost } from './oidc/canonical-host.ts';
import * as paths from './oidc/paths.ts';
import { pinOrigin } from './oidc/pinned-origin.ts';
import { requestLimit } from './pages/request-limit.ts';
import { SUPPORT_PREFIX } from './recovery/support-route.ts';
import { recurring } from './recurring.ts';
import { sweepExpired } from './sweep.ts';

const REVOCATION_REFRESH_MS = 5_000;
const CHANGES_MS = 30_000;
const SWEEP_MS = 300_000;
const INVENTORY_MS = 3_600_000;
/** An operator waits at the terminal for it. */
const INVITATIONS_MS = 2_000;

/**
 * Composes the plugin.
 * @throws FhirError `AUTH_KEYS_MISSING`, `AUTH_KEYS_INVALID`, `AUTH_CLIENT_INVALID`, `AUTH_SANDBOX_IDENTITIES`
 */
export async function registerAuth(host: PluginHost<AuthConfig>): Promise<void> {
  const { clock, config, log, mode, origin, repository } = host;
  const core = await authCore(host);
  const { accounts, address, audience, audit, database, revoked } = core;

  const limited = requestLimit(config.requestsPerMinute, address);
  const endpoints = composeEndpoints(core, limited);
  const look = await composeFrame(core);
  const smart = composeSmart(core, endpoints.clients);
  const oidc = composeOidc(core, endpoints.clients, smart.launching, look.providerPages);
  const { tokens } = oidc;

  const pinned = new URL(origin);
  const bearerParts = {
    authenticator: tokens,
    revocations: revoked,
    logins: core.logins,
    audit,
    address,
    audience,
    origin,
  };
  const oauth: RouteHandler = async (request, response) => {
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
    const read = path === paths.TOKEN_PATH ? await endpoints.adapted(request, response) : request;
    if (read !== undefined) await oidc.handle(read, response);
  };
  const accountServices = await composeSignIn(core);
  const invitations = composeInvitations(core, look.frame, accountServices);
  composeService(core, {
    clients: endpoints.clients,
    oidc,
    services: accountServices,
    invite: (identity, inviter, from) => invitations.invite(identity, inviter, from),
  });
  const external = await composeExternal(core, look.frame);
  const pages = composePages(core, look, { oidc, account: accountServices, external });
  host.route('/.well-known/openid-configuration', oauth);
  host.route('/.well-known/oauth-authorization-server', oauth);
  host.route(paths.OAUTH_PREFIX, limited(oauth));
  for (const [prefix, handler] of pages) {
    host.route(
      prefix,
      limited((request, response) => {
        pinOrigin(request, pinned);
        return handler(request, response);
      }),
    );
  }
  const inventory = composeInventory(core);
  host.route(SERVICE_ACCOUNTS_PREFIX, limited(inventory.route));
  host.route(SUPPORT_PREFIX, limited(supportDeskRoute(core, accountServices)));
  host.route(paths.INVITATION_PREFIX, limited(invitations.pages));
  host.route(CALLBACK_PREFIX, limited(external.callback));
  host.route(paths.ASSETS_PREFIX, look.assets);
  host.authenticator(tokens);

  const work = [
    recurring('changes', CHANGES_MS, log, () => accountServices.security.settle()),
    recurring('inventory', INVENTORY_MS, log, () => inventory.warn()),
    recurring('invitations', INVITATIONS_MS, log, () => invitations.carryOut()),
    ...oidc.work,
    recurring('revocations', REVOCATION_REFRESH_MS, log, () => revoked.refresh()),
    recurring('sweep', SWEEP_MS, log, async () => {
      await sweepExpired(database, clock);
      await repairPendingAccounts({ accounts, repository, clock, log });
    }),
  ];
  const published = (): string =>
    core.ring
      .signing()
      .published.map(({ kid }) => kid)
      .join(', ');
  host.onReady(async () => {
    if (mode === 'sandbox') await createSandboxIdentities(repository);
    await repairPendingAccounts({ accounts, repository, clock, log });
    await audit({
      type: '110113',
      subtype: '110129',
      outcome: 'success',
      description: `Signing keys in use: ${published()}`,
    });
    await inventory.warn();
    for (const { start } of work) start();
  });
  host.onClose(async () => {
    for (const { stop } of work) await stop();
  });
}

function isOneOf(request: IncomingMessage, ...methods: readonly string[]): boolean {
  return methods.includes(request.method ?? '');
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}
