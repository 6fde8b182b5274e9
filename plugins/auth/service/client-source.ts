import type { AllClientMetadata } from 'oidc-provider';
import type { ClientView, ForeignClient } from '../../../src/plugin/sdk.ts';
import type { ClientStore } from '../clients/client-store.ts';
import type { ClientSecrets } from './client-secrets.ts';
import { foreignMetadata } from './foreign-client.ts';

/** What a `client_id` may consist of; a database takes no NUL. @see https://www.rfc-editor.org/rfc/rfc6749#appendix-A.1 */
const CLIENT_ID = /^[\x21-\x7e]{1,200}$/;

/** Clients of the inventory, then those that other plugins know. */
export interface ClientSource {
  /** Registration metadata, as the provider reads it. */
  metadata(clientId: string): Promise<AllClientMetadata | undefined>;
  view(clientId: string): Promise<ClientView | undefined>;
  add(source: (clientId: string) => Promise<ForeignClient | undefined>): void;
}

/** The inventory comes first: no plugin takes the place of a client that the operator has configured. */
export function clientSource(inventory: ClientStore, secrets: ClientSecrets): ClientSource {
  const sources: ((clientId: string) => Promise<ForeignClient | undefined>)[] = [];
  const metadata = async (clientId: string): Promise<AllClientMetadata | undefined> => {
    if (!CLIENT_ID.test(clientId)) return undefined;
    const known = await inventory.find(clientId);
    if (known !== undefined) return known.metadata;
    for (const source of sources) {
      const foreign = await source(clientId);
      if (foreign === undefined) continue;
      const secret =
        foreign.proof?.kind === 'client_secret' ? await secrets.find(clientId) : undefined;
      return foreignMetadata(foreign, secret);
    }
    return undefined;
  };
  return {
    metadata,
    async view(clientId) {
      const found = await metadata(clientId);
      if (found === undefined) return undefined;
      const origins = found['allowed_origins'];
      return {
        clientId,
        firstParty: found['first_party'] === true,
        allowedOrigins: Array.isArray(origins) ? origins.map(String) : [],
      };
    },
    add: (source) => void sources.push(source),
  };
}
