import type { Adapter } from 'oidc-provider';
import type { ClientStore } from '../clients/client-store.ts';

/** What a `client_id` may consist of; a database takes no NUL. @see https://www.rfc-editor.org/rfc/rfc6749#appendix-A.1 */
const CLIENT_ID = /^[\x21-\x7e]{1,200}$/;

/** Lets the provider read clients from the inventory; it never writes them. */
export function clientAdapter(clients: ClientStore): Adapter {
  const refuse = (): never => {
    throw new TypeError('Clients come from the configuration only');
  };
  return {
    find: async (id) => (CLIENT_ID.test(id) ? (await clients.find(id))?.metadata : undefined),
    upsert: async () => refuse(),
    consume: async () => refuse(),
    destroy: async () => refuse(),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    revokeByGrantId: async () => undefined,
  };
}
