import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { Clock } from '../../../../src/plugin/sdk.ts';
import type { LoginLimits } from '../../logins/login-limits.ts';
import type { Login, LoginStore } from '../../logins/login-store.ts';
import { storeKey } from '../../tokens/store-key.ts';
import { ACCOUNT_CLIENT } from './account-client.ts';

/** Who is signed in to the pages of the account. */
export interface AccountSession {
  readonly login: Login;
  /** Name of the browser session; forms are bound to it. */
  readonly sessionKey: string;
}

export interface AccountSessionParts {
  readonly provider: Provider;
  readonly logins: LoginStore;
  readonly limits: LoginLimits;
  readonly clock: Clock;
}

/**
 * Who a request comes from: the browser session of the provider, and in it a login of these pages that has not ended and
 * was not left unused. Undefined: nobody, so the sign-in comes first.
 */
export async function accountSession(
  { provider, logins, limits, clock }: AccountSessionParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<AccountSession | undefined> {
  const { Session } = provider as unknown as SessionFinder;
  const session = await Session.get({ req: request, res: response });
  if (session.accountId === undefined) return undefined;
  const sessionKey = storeKey(session.uid);
  const [login] = (await logins.ofSession(sessionKey)).filter(
    (one) => one.clientId === ACCOUNT_CLIENT && one.accountId === session.accountId,
  );
  if (login === undefined || !limits.living(login, clock.now())) return undefined;
  await logins.touch([login.id], new Date(clock.now()));
  return { login, sessionKey };
}

/** The provider finds the session of a plain request too, which its types do not say. */
interface SessionFinder {
  readonly Session: {
    get(context: {
      readonly req: IncomingMessage;
      readonly res: ServerResponse;
    }): Promise<{ readonly uid: string; readonly accountId?: string }>;
  };
}
