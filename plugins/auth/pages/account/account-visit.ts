import type { SignInOrigin } from '../../../../src/plugin/sdk.ts';
import type { Login } from '../../logins/login-store.ts';
import type { AccountActor } from '../../security/account-security.ts';
import type { Visit } from '../visit.ts';

/** A request to a page of the account, by who is signed in. */
export interface AccountVisit extends Visit {
  readonly actor: AccountActor;
  /** Login of this browser. */
  readonly login: Login;
  readonly token: Buffer;
  readonly formToken: string;
  readonly from: SignInOrigin;
}

/** Handler of one page of the account. */
export type AccountHandler = (visit: AccountVisit) => Promise<void>;
