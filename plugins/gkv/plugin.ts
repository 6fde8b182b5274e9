import { definePlugin } from '../../src/plugin/sdk.ts';
import { gkvConfig } from './config.ts';
import { registerGkv } from './register.ts';

/** Activation codes of the statutory health insurers: verification, entitlement, billing. */
export default definePlugin({
  name: 'gkv',
  version: '0.1.0',
  sdk: '^0.1.0',
  config: gkvConfig,
  databases: ['accounts', 'billing'],
  accessPolicy: {
    resource: [{ resourceType: 'Coverage', interaction: ['create', 'read', 'update'] }],
  },
  register: registerGkv,
});
