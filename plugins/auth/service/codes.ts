import { createHash, randomBytes } from 'node:crypto';
import type {
  AccountIdentity,
  AuthService,
  ClientView,
  SignInOrigin,
} from '../../../src/plugin/sdk.ts';
import { isAboutResources } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import type { Identities } from '../identities/identities.ts';
import { deviceName } from '../logins/device-name.ts';
import type { LoginLimits } from '../logins/login-limits.ts';
import type { LoginStore } from '../logins/login-store.ts';
import { networkPrefix } from '../logins/network-prefix.ts';
import type { IssueCode } from '../oidc/issue-code.ts';
import { acrMeets, demandedAcr } from '../security/assurance.ts';
import type { SignIn } from '../sign-in/sign-in.ts';

const VERIFIER_BYTES = 32;

export interface CodeParts {
  readonly signIn: Pick<SignIn, 'accepted' | 'consume'>;
  readonly identities: Identities;
  readonly logins: Pick<LoginStore, 'byId'>;
  readonly limits: Pick<LoginLimits, 'living'>;
  readonly clock: { now(): number };
  readonly client: (clientId: string) => Promise<ClientView | undefined>;
  readonly issue: IssueCode;
}

/** Codes for sign-ins by other doors than the pages of this plugin. */
export function serviceCodes(parts: CodeParts): Pick<AuthService, 'issueCode' | 'switchIdentity'> {
  const { signIn, identities, logins, limits, clock, issue } = parts;
  const choose = async (
    accountId: string,
    acr: string,
    membershipId: string | undefined,
  ): Promise<AccountIdentity> => {
    const all = await identities.of(accountId);
    if (all.length === 0) throw authError('AUTH_IDENTITY_MISSING');
    const open = all.filter((one) => acrMeets(acr, demandedAcr(one.class)));
    const wanted = open.filter((one) => [undefined, one.membershipId].includes(membershipId));
    const [only] = wanted;
    if (only === undefined || wanted.length > 1) throw authError('AUTH_IDENTITY_UNKNOWN');
    return { profile: only.profile, membershipId: only.membershipId, class: only.class };
  };
  return {
    async issueCode(attempt, choice, origin) {
      // A wrong choice must not use the sign-in up.
      const { accountId, acr } = await signIn.accepted(attempt);
      const identity = await choose(accountId, acr, choice.membershipId);
      const { purpose, ...accepted } = await signIn.consume(attempt);
      if (purpose.codeChallenge === undefined) throw authError('AUTH_SESSION_GONE');
      const { nonce, redirectUri } = purpose;
      return issue({
        ...accepted,
        identity,
        clientId: purpose.clientId,
        scope: narrowed(purpose.scope ?? '', choice.scope),
        codeChallenge: purpose.codeChallenge,
        ...(nonce === undefined ? {} : { nonce }),
        ...(redirectUri === undefined ? {} : { redirectUri }),
        ...traces(origin),
      });
    },
    async switchIdentity({ loginId }, membershipId, origin) {
      const login = loginId === undefined ? undefined : await logins.byId(loginId);
      if (login === undefined || !limits.living(login, clock.now())) {
        throw authError('AUTH_SESSION_GONE');
      }
      const client = await parts.client(login.clientId);
      if (client?.firstParty !== true) throw authError('AUTH_CLIENT_UNKNOWN');
      const identity = await choose(login.accountId, login.acr, membershipId);
      const verifier = randomBytes(VERIFIER_BYTES).toString('base64url');
      const { accountId, clientId, scope, acr, amr, authTime, authMethod, sessionKey } = login;
      const { code } = await issue({
        accountId,
        identity,
        clientId,
        scope,
        acr,
        amr,
        authTime,
        authMethod,
        codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
        ...(sessionKey === undefined ? {} : { sessionKey }),
        ...traces(origin),
      });
      return { code, verifier };
    },
  };
}

/**
 * The scopes of a choice that were asked for; all of them where nothing is chosen. Giving up all scopes about resources is
 * refused: a token without any is not narrowed.
 */
function narrowed(asked: string, chosen: string | undefined): string {
  if (chosen === undefined) return asked;
  const known = new Set(asked.split(' '));
  const wanted = chosen.split(' ').filter((scope) => scope !== '');
  const refused = wanted.find((scope) => !known.has(scope));
  if (refused !== undefined) throw authError('AUTH_SCOPE_REFUSED', { scope: refused });
  const given = [...known].find(isAboutResources);
  if (given !== undefined && !wanted.some(isAboutResources)) {
    throw authError('AUTH_SCOPE_REFUSED', { scope: chosen });
  }
  return chosen;
}

/** What a login keeps of where it came from. */
function traces({ userAgent, address }: SignInOrigin): { device?: string; network?: string } {
  const device = deviceName(userAgent);
  const network = networkPrefix(address);
  return {
    ...(device === undefined ? {} : { device }),
    ...(network === undefined ? {} : { network }),
  };
}
