import { systemClock } from '../../src/clock.ts';
import type { Adapter, AdapterPayload, AllClientMetadata } from 'oidc-provider';

/** Everything in memory, one store a provider: a stand-in forgets when it ends. */
export function memoryAdapter(client: AllClientMetadata): (model: string) => Adapter {
  const stored = new Map<string, AdapterPayload>();
  return (model) => {
    const key = (id: string): string => `${model} ${id}`;
    const remove = (id: string): void => {
      stored.delete(key(id));
    };
    return {
      find: async (id) => {
        if (model === 'Client') return id === client.client_id ? client : undefined;
        return stored.get(key(id));
      },
      findByUid: async (uid) =>
        [...stored].find(
          ([name, { uid: one }]) => name.startsWith(`${model} `) && one === uid,
        )?.[1],
      findByUserCode: async () => undefined,
      upsert: async (id, payload) => {
        stored.set(key(id), payload);
      },
      consume: async (id) => {
        const payload = stored.get(key(id));
        if (payload !== undefined) payload.consumed = Math.floor(systemClock.now() / 1000);
      },
      destroy: async (id) => {
        remove(id);
      },
      revokeByGrantId: async (grantId) => {
        for (const [name, payload] of stored) if (payload.grantId === grantId) stored.delete(name);
      },
    };
  };
}
