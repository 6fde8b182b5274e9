import type { Provider } from 'oidc-provider';
import type { Clock, RouteHandler } from '../../../../src/plugin/sdk.ts';
import { isFhirError } from '../../../../src/plugin/sdk.ts';
import { authError } from '../../errors.ts';
import type { KeyedDigest } from '../../keys/keyed-digest.ts';
import type { LoginLimits } from '../../logins/login-limits.ts';
import type { LoginStore } from '../../logins/login-store.ts';
import { ACCOUNT_PREFIX } from '../../oidc/paths.ts';
import { acrMeets, TWO_FACTOR_ACR } from '../../security/assurance.ts';
import type { ClientAddress } from '../client-address.ts';
import { formToken } from '../own-form.ts';
import { signInOrigin } from '../sign-in-origin.ts';
import { pathOf, showFailure, visit } from '../visit.ts';
import type { Frame } from '../visit.ts';
import { accountSession } from './account-session.ts';
import { beginSignIn, endSignIn } from './account-sign-in.ts';
import type { AccountHandler } from './account-visit.ts';

/** A page that makes changes opens while at least a minute of the five is left to send its form. */
const FRESH_MS = 240_000;

export interface AccountRouteParts {
  readonly provider: Provider;
  readonly frame: Frame;
  readonly origin: string;
  readonly formDigest: KeyedDigest;
  readonly address: ClientAddress;
  readonly logins: LoginStore;
  readonly limits: LoginLimits;
  readonly clock: Clock;
  /** Pages by method and path below the prefix, such as `POST /lock`. */
  readonly pages: Readonly<Record<string, AccountHandler>>;
  /** Paths of pages that open only shortly after a sign-in. */
  readonly fresh: ReadonlySet<string>;
}

/**
 * The pages of the account. Who is not signed in is led through the sign-in and back; what changes the account asks for
 * both factors again where the sign-in is older than five minutes.
 * @see TR-03161 O.Auth_10, O.Auth_12
 */
export function accountRoutes(parts: AccountRouteParts): RouteHandler {
  const { clock, frame, origin, provider } = parts;
  const readable = Object.keys(parts.pages).flatMap((one) =>
    one.startsWith('GET ') ? [one.slice(4)] : [],
  );
  const signIn = { provider, origin, secure: frame.secure, pages: new Set(readable) };
  return async (request, response) => {
    const path = pathOf(request).slice(ACCOUNT_PREFIX.length);
    const page = readable.includes(path) ? path : '';
    const current = visit(frame, request, response, { path: `${ACCOUNT_PREFIX}${page}` });
    try {
      if (path === '/callback' && request.method === 'GET') return await endSignIn(signIn, current);
      const route = parts.pages[`${request.method} ${path}`];
      if (route === undefined) throw authError('AUTH_PAGE_UNKNOWN');
      const session = await accountSession(parts, request, response);
      if (session === undefined) {
        beginSignIn(signIn, response, page, false);
        return;
      }
      const { login, sessionKey } = session;
      const { accountId, acr, authTime, id: loginId } = login;
      const weak = !acrMeets(acr, TWO_FACTOR_ACR);
      const old = weak || clock.now() - authTime.getTime() > FRESH_MS;
      if (old && request.method === 'GET' && parts.fresh.has(path)) {
        beginSignIn(signIn, response, path, true);
        return;
      }
      const token = formToken(parts.formDigest, `account ${sessionKey}`);
      await route({
        ...current,
        actor: { accountId, acr, authTime, loginId },
        login,
        token,
        formToken: token.toString('base64url'),
        from: signInOrigin(parts.address, current),
      });
    } catch (error) {
      if (isFhirError(error) && error.code === 'AUTH_REAUTHENTICATION_NEEDED') {
        beginSignIn(signIn, response, page, true);
        return;
      }
      showFailure(current, frame, error);
    }
  };
}
