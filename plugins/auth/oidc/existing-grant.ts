import { isDeepStrictEqual } from 'node:util';
import type { Configuration, Grant, KoaContextWithOIDC } from 'oidc-provider';
import { isAboutResources } from '../../../src/plugin/sdk.ts';
import type { ChosenIdentity } from '../identities/chosen-identity.ts';
import type { ConsentStore } from '../logins/consent-store.ts';
import type { LoginStore } from '../logins/login-store.ts';
import type { Launching } from '../smart/launching.ts';
import { storeKey } from '../tokens/store-key.ts';
import { answersOf } from './interaction-result.ts';

export interface ExistingGrantParts {
  /** Audience of access tokens: the FHIR base. */
  readonly audience: string;
  readonly logins: LoginStore;
  readonly consents: ConsentStore;
  readonly chosen: ChosenIdentity;
  readonly launching: Launching;
}

/**
 * Grant of an authorization request. One grant serves one browser session, one client, one identity and one launch context,
 * so that revoking it ends one device. Apps of the same maker get what they ask for, since app and server are one product;
 * others get what the person has allowed, and the consent page asks about the rest.
 */
export function existingGrant(
  parts: ExistingGrantParts,
): NonNullable<Configuration['loadExistingGrant']> {
  const { chosen, logins } = parts;
  return async (ctx) => {
    const { client, session, provider } = ctx.oidc;
    if (client === undefined || session?.accountId === undefined) return undefined;
    const known = session.grantIdFor(client.clientId);
    const login = known === undefined ? undefined : await logins.byGrantKey(storeKey(known));
    const identity = await chosen.of(ctx, login?.membershipId);
    if (identity === undefined) return undefined;
    const launched = await parts.launching.of(ctx, login?.membershipId);
    if (launched.missing !== undefined) return undefined;
    const present = known === undefined ? undefined : await provider.Grant.find(known);
    const other =
      login !== undefined && (login.revoked || login.membershipId !== identity.membershipId);
    if (other) await present?.destroy();
    // Two tabs about two patients do not share a grant; the one before goes on.
    const elsewhere = login !== undefined && !isDeepStrictEqual(login.context, launched.context);
    const { accountId } = session;
    const grant =
      present === undefined || other || elsewhere
        ? new provider.Grant({ clientId: client.clientId, accountId })
        : present;
    if (client['first_party'] === true) allow(grant, parts.audience, askedFor(ctx));
    else await allowWhatWasChosen(ctx, grant, parts);
    await grant.save();
    return grant;
  };
}

function askedFor(ctx: KoaContextWithOIDC): readonly string[] {
  return [...ctx.oidc.requestParamScopes];
}

function allow(grant: Grant, audience: string, scopes: readonly string[]): void {
  grant.addOIDCScope(scopes.filter((scope) => !isAboutResources(scope)).join(' '));
  grant.addResourceScope(audience, scopes.join(' '));
}

/** What was asked about and not chosen is refused for this request and asked about again with the next. */
async function allowWhatWasChosen(
  ctx: KoaContextWithOIDC,
  grant: Grant,
  { audience, consents }: ExistingGrantParts,
): Promise<void> {
  const { accountId = '', clientId = '' } = grant;
  const asked = askedFor(ctx);
  const { consent } = answersOf(ctx);
  // What was refused in an earlier request of the session is asked about again.
  delete (grant as { rejected?: unknown }).rejected;
  if (consent !== undefined) {
    const chosen = asked.filter((scope) => consent.scopes.includes(scope));
    await consents.answer(accountId, clientId, asked, chosen);
  }
  const remembered = (await consents.find(accountId, clientId))?.scopes ?? [];
  // What was taken back must not be left in the grant; what was allowed and is not asked for now stays.
  delete (grant as { openid?: unknown }).openid;
  delete (grant as { resources?: unknown }).resources;
  allow(grant, audience, remembered);
  if (consent === undefined) return;
  const refused = asked.filter((scope) => !remembered.includes(scope));
  grant.rejectOIDCScope(refused.join(' '));
  grant.rejectResourceScope(audience, refused.join(' '));
}
