import type { AccessToken, ClientCredentials, Configuration } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { storeKey } from '../tokens/store-key.ts';
import { SHARED_SECRET_ACR, TWO_FACTOR_ACR } from './acr.ts';
import type { GrantLogins } from './grant-logins.ts';
import { assertStrongProofKey } from './proof-key.ts';

/**
 * Claims of an access token beside the registered ones: the FHIR identity, how and when it signed in, the login, and what
 * to look up for revocation. All but the first are those of the login row, so that they stay true when the person has
 * signed in once more.
 */
export function accessTokenClaims(
  grants: GrantLogins,
): NonNullable<Configuration['extraTokenClaims']> {
  return async (ctx, token) => {
    if (token.jkt !== undefined) assertStrongProofKey(ctx);
    if (token.kind === 'ClientCredentials') return serviceClaims(token);
    const { grantId, jkt } = token as Partial<Pick<AccessToken, 'grantId' | 'jkt'>>;
    const login = grantId === undefined ? undefined : await grants.living(ctx, grantId);
    if (login === undefined || grantId === undefined) {
      throw new errors.InvalidGrant('the login has ended');
    }
    // Only refresh tokens of public clients are bound to the key that a proof has shown.
    const bound = ctx.oidc.client?.['clientAuthMethod'] === 'none' ? jkt : undefined;
    await grants.used(login, bound);
    const { patient } = login.context;
    return {
      profile: login.profile,
      ...(ctx.oidc.client?.['first_party'] === true ? {} : { scoped: true }),
      ...(typeof patient === 'string' ? { patient } : {}),
      acr: login.acr,
      amr: [...login.amr],
      auth_time: Math.floor(login.authTime.getTime() / 1000),
      grant: storeKey(grantId),
      login_id: login.id,
    };
  };
}

function serviceClaims({ client }: ClientCredentials): Record<string, unknown> {
  const profile = client?.['fhir_profile'];
  // An account of the sandbox stands in for a person who has signed in; production takes no token of it.
  const standsIn = client?.clientId.startsWith('sandbox-') === true;
  if (standsIn) return { profile, acr: TWO_FACTOR_ACR };
  const method = String(client?.['clientAuthMethod']);
  return method.startsWith('client_secret') ? { profile, acr: SHARED_SECRET_ACR } : { profile };
}
