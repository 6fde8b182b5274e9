import type { ClientStore } from '../clients/client-store.ts';

/** What people are told about an app. */
export interface AppNames {
  /** An app that is known no more is named by its id. */
  of(
    clientId: string,
  ): Promise<{ readonly name: string; readonly owner: string; readonly purpose: string }>;
}

/** Names of apps from the inventory of clients. */
export function appNames(clients: Pick<ClientStore, 'find'>): AppNames {
  return {
    async of(clientId) {
      const client = await clients.find(clientId);
      return {
        name: client?.metadata.client_name ?? clientId,
        owner: client?.owner ?? '–',
        purpose: client?.purpose ?? '–',
      };
    },
  };
}
