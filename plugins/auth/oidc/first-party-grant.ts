import { errors } from 'oidc-provider';
import type { Configuration, Provider } from 'oidc-provider';

/**
 * Grant of a first-party app, made without asking: app and server are one product. One grant serves one browser session,
 * so that revoking it ends one device. Other apps are refused.
 */
export function firstPartyGrant(audience: string): NonNullable<Configuration['loadExistingGrant']> {
  return async (ctx) => {
    const { client, session, provider } = ctx.oidc;
    if (client === undefined || session?.accountId === undefined) return undefined;
    if (client['first_party'] !== true) {
      throw new errors.AccessDenied('only first-party apps are admitted');
    }
    const known = session.grantIdFor(client.clientId);
    const present = known === undefined ? undefined : await provider.Grant.find(known);
    const grant = present ?? newGrant(provider, client.clientId, session.accountId);
    const wanted = [...ctx.oidc.requestParamScopes].join(' ');
    grant.addOIDCScope([...ctx.oidc.requestParamOIDCScopes].join(' '));
    grant.addResourceScope(audience, wanted);
    await grant.save();
    return grant;
  };
}

function newGrant(provider: Provider, clientId: string, accountId: string) {
  return new provider.Grant({ clientId, accountId });
}
