import type { Adapter } from 'oidc-provider';
import type { ClientSource } from '../service/client-source.ts';
import { withOwnSector } from './pairwise.ts';

/** Lets the provider read clients; it never writes them. */
export function clientAdapter(clients: Pick<ClientSource, 'metadata'>): Adapter {
  const refuse = (): never => {
    throw new TypeError('Clients come from the configuration only');
  };
  return {
    async find(id) {
      const found = await clients.metadata(id);
      return found === undefined ? undefined : withOwnSector(found);
    },
    upsert: async () => refuse(),
    consume: async () => refuse(),
    destroy: async () => refuse(),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    revokeByGrantId: async () => undefined,
  };
}
