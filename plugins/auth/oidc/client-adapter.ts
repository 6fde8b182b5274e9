import type { Adapter } from 'oidc-provider';
import type { ClientStore } from '../clients/client-store.ts';

/** Lets the provider read clients from the inventory; it never writes them. */
export function clientAdapter(clients: ClientStore): Adapter {
  const refuse = (): never => {
    throw new TypeError('Clients come from the configuration only');
  };
  return {
    find: async (id) => (await clients.find(id))?.metadata,
    upsert: async () => refuse(),
    consume: async () => refuse(),
    destroy: async () => refuse(),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    revokeByGrantId: async () => undefined,
  };
}
