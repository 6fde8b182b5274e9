import type { AuthorizationCode, Configuration, RefreshToken } from 'oidc-provider';
import type { AccountStore } from '../accounts/account-store.ts';
import type { GrantLogins } from './grant-logins.ts';

/**
 * Finds the account of a session, a code or a refresh token. For the latter two the login has to live: the provider asks
 * before it consumes either, so that nothing is lost where it is refused.
 */
export function accountFinder(parts: {
  readonly accounts: AccountStore;
  readonly grants: GrantLogins;
  readonly audience: string;
}): NonNullable<Configuration['findAccount']> {
  const { accounts, audience, grants } = parts;
  return async (ctx, id, token) => {
    const account = await accounts.byId(id);
    if (account?.state !== 'ACTIVE') return undefined;
    if (token === undefined || !('grantId' in token))
      return {
        accountId: id,
        claims: () => ({ sub: id }),
        ...(account.securedAt === undefined ? {} : { securedAt: account.securedAt }),
      };
    const { grantId } = token as AuthorizationCode | RefreshToken;
    const login = grantId === undefined ? undefined : await grants.living(ctx, grantId);
    if (login === undefined) return undefined;
    return {
      accountId: id,
      claims: () => ({ sub: id, fhirUser: `${audience}/${login.profile}` }),
    };
  };
}
