import { definePlugin } from '../../../../src/plugin/sdk.ts';

/** Listens inside the transactions of all writes, as plugins may; off unless a test switches it on. */
export default definePlugin({
  name: 'test-hook',
  version: '1.0.0',
  sdk: '^0.1.0',
  hooks: [
    'STORAGE_PRECOMMIT_RESOURCE_CREATED',
    'STORAGE_PRECOMMIT_RESOURCE_UPDATED',
    'STORAGE_PRECOMMIT_RESOURCE_DELETED',
  ],
  register(host) {
    host.hook('STORAGE_PRECOMMIT_RESOURCE_CREATED', () => Promise.resolve());
    host.hook('STORAGE_PRECOMMIT_RESOURCE_UPDATED', () => Promise.resolve());
    host.hook('STORAGE_PRECOMMIT_RESOURCE_DELETED', () => Promise.resolve());
  },
});
