import type { AuthService, LoginView } from '../../../src/plugin/sdk.ts';
import type { Identities } from '../identities/identities.ts';
import type { LoginStore } from '../logins/login-store.ts';
import type { AccountActor, AccountSecurity } from '../security/account-security.ts';
import type { SignIn } from '../sign-in/sign-in.ts';

export interface AuthServiceParts {
  readonly signIn: SignIn;
  readonly codes: Pick<AuthService, 'issueCode' | 'switchIdentity'>;
  readonly logins: LoginStore;
  readonly identities: Identities;
  readonly security: AccountSecurity;
  readonly invite: AuthService['invite'];
  /** Puts the end of a login on the ledger. */
  readonly ended: (
    login: { readonly profile: string; readonly clientId: string },
    origin: Parameters<AuthService['revokeLogin']>[2],
  ) => Promise<void>;
}

/** The parts of the plugin as other plugins use them. */
export function authService(parts: AuthServiceParts): AuthService {
  const { signIn, codes, logins, identities, security } = parts;
  return {
    ...codes,
    begin: (claim, purpose, origin) => signIn.begin(claim, purpose, origin),
    passkeyOptions: (attempt) => signIn.passkeyOptions(attempt),
    finish: (attempt, proof, origin) => signIn.finish(attempt, proof, origin),
    attempt: (attempt) => signIn.attempt(attempt),
    async loginOf({ loginId }) {
      const login = loginId === undefined ? undefined : await logins.byId(loginId);
      return login === undefined || login.revoked ? undefined : login;
    },
    logins: (accountId) => logins.list(accountId),
    async revokeLogin(accountId, id, origin) {
      const login = await logins.byId(id);
      const ended = await logins.revoke(accountId, id);
      if (ended && login !== undefined) await parts.ended(login, origin);
      return ended;
    },
    identities: (accountId) => identities.of(accountId),
    async factors(accountId) {
      const factors = await security.factors(accountId);
      return factors.map(({ id, kind, label }) => ({
        id,
        kind,
        ...(label === undefined ? {} : { label }),
      }));
    },
    changePassword: (login, change, origin) =>
      security.changePassword(actorOf(login), change, origin),
    async beginAuthenticatorApp(login) {
      const { enrolment, secret, uri } = await security.beginTotp(actorOf(login));
      return { enrolment, secret, uri };
    },
    addAuthenticatorApp: (login, { enrolment, code, label }, origin) =>
      security.confirmTotp(actorOf(login), enrolment, code, label, origin),
    removeFactor: (login, factor, origin) => security.removeFactor(actorOf(login), factor, origin),
    invite: parts.invite,
  };
}

/** Who changes the own account. */
function actorOf({
  accountId,
  acr,
  authTime,
  id,
}: LoginView & { readonly accountId: string }): AccountActor {
  return { accountId, acr, authTime, loginId: id };
}
