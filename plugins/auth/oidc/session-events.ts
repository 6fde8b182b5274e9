import type { Logger } from 'pino';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { SecurityEvent } from '../../../src/plugin/sdk.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import type { LoginStore } from '../logins/login-store.ts';
import type { ClientAddress } from '../pages/client-address.ts';
import { storeKey } from '../tokens/store-key.ts';
import { LOGOUT_PATH, PROVIDER_ROUTES } from './paths.ts';
import { requestOrigin } from './request-origin.ts';

export interface SessionEventParts {
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly accounts: AccountStore;
  readonly logins: Pick<LoginStore, 'endSession'>;
  readonly address: ClientAddress;
  readonly log: Logger;
}

/**
 * Puts the ends of sessions and grants on the audit ledger before the answer goes out: a sign-out on the page of the
 * server, and a token that its client has revoked. What has ended stays ended where the ledger cannot be written; the
 * client is told that something failed.
 */
export function sessionEvents(provider: Provider, parts: SessionEventParts): void {
  const signedOut = new WeakMap<object, { readonly account: string; readonly session: string }>();
  provider.on('end_session.success', (ctx) => {
    const { accountId, uid } = ctx.oidc.session ?? {};
    if (accountId !== undefined && uid !== undefined)
      signedOut.set(ctx, { account: accountId, session: storeKey(uid) });
  });
  provider.use(async (ctx, next) => {
    await next();
    try {
      if (ctx.path.startsWith(LOGOUT_PATH)) {
        const ended = signedOut.get(ctx);
        if (ended === undefined) return;
        await parts.logins.endSession(ended.session);
        await record(ctx as KoaContextWithOIDC, ended.account, LOGOUT, parts);
      } else if (ctx.path === PROVIDER_ROUTES.revocation && ctx.status === 200) {
        const { entities } = (ctx as KoaContextWithOIDC).oidc;
        const token = entities.RefreshToken ?? entities.AccessToken;
        if (token !== undefined)
          await record(ctx as KoaContextWithOIDC, token.accountId, REVOKED, parts);
      }
    } catch (error) {
      parts.log.error({ err: error }, 'auth.session.audit.failed');
      ctx.status = 503;
      ctx.body = { error: 'temporarily_unavailable' };
    }
  });
}

type EventKind = Pick<SecurityEvent, 'type' | 'subtype' | 'description'>;

const LOGOUT: EventKind = { type: '110114', subtype: '110123', description: 'Logout' };

const REVOKED: EventKind = {
  type: '110113',
  subtype: '110137',
  description: 'A client has revoked its token; the grant has ended',
};

async function record(
  ctx: KoaContextWithOIDC,
  accountId: string,
  kind: EventKind,
  { accounts, address, audit }: SessionEventParts,
): Promise<void> {
  const profile = (await accounts.byId(accountId))?.identities[0]?.profile;
  const clientId = ctx.oidc.client?.clientId;
  await audit({
    ...kind,
    outcome: 'success',
    ...(profile === undefined ? {} : { agent: profile }),
    ...(profile?.startsWith('Patient/') === true ? { patient: profile } : {}),
    ...(clientId === undefined ? {} : { clientId }),
    ...requestOrigin(address, ctx.req, ctx.res),
  });
}
