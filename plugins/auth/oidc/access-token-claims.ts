import type { Configuration } from 'oidc-provider';
import type { AccountStore } from '../accounts/account-store.ts';
import { TWO_FACTOR_ACR } from './acr.ts';
import { storeKey } from '../tokens/store-key.ts';

/**
 * Claims of an access token beside the registered ones: the FHIR identity, how and when it signed in, and what to look
 * up for revocation.
 */
export function accessTokenClaims(
  accounts: AccountStore,
): NonNullable<Configuration['extraTokenClaims']> {
  return async (ctx, token) => {
    if (token.kind === 'ClientCredentials') {
      const profile = token.client?.['fhir_profile'];
      // An account of the sandbox stands in for a person who has signed in; production takes no token of it.
      const standsIn = token.client?.clientId.startsWith('sandbox-') === true;
      return standsIn ? { profile, acr: TWO_FACTOR_ACR } : { profile };
    }
    const account = await accounts.byId(token.accountId);
    const source = ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.RefreshToken;
    return {
      profile: account?.profile,
      acr: source?.acr,
      amr: source?.amr,
      auth_time: source?.authTime,
      grant: storeKey(token.grantId),
      session: token.sessionUid === undefined ? undefined : storeKey(token.sessionUid),
    };
  };
}
