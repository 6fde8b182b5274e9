import type { Authenticator } from '../../../src/plugin/sdk.ts';
import type { IdentityStore } from '../identities/identity-store.ts';
import type { ClientSource } from '../service/client-source.ts';
import type { ConsentStore } from './consent-store.ts';

export interface StandingPermissionParts {
  readonly clients: Pick<ClientSource, 'metadata'>;
  readonly consents: Pick<ConsentStore, 'find'>;
  readonly links: Pick<IdentityStore, 'accountOf'>;
}

/**
 * Whether a client may still act for an identity without a token, such as by a Subscription that it has stored: it has to be
 * there, and where it is another maker's, the person must not have taken the consent back.
 * @see GDPR Art. 7 (3)
 */
export function standingPermission(
  parts: StandingPermissionParts,
): NonNullable<Authenticator['permits']> {
  const { clients, consents, links } = parts;
  return async ({ profile, clientId }) => {
    const client = await clients.metadata(clientId);
    if (client === undefined) return false;
    if (client['first_party'] === true || client['fhir_profile'] === profile) return true;
    const accountId = await links.accountOf(profile);
    if (accountId === undefined) return false;
    const consent = await consents.find(accountId, clientId);
    return consent !== undefined && consent.scopes.length > 0;
  };
}
