import { definePlugin } from '../../src/plugin/sdk.ts';
import { supportConfig } from './config.ts';
import { registerSupport } from './register.ts';

/** Break-glass for support: access to one patient's data for a ticket, for a limited time, shown to the patient. */
export default definePlugin({
  name: 'support',
  version: '0.1.0',
  sdk: '^0.1.0',
  config: supportConfig,
  accessPolicy: {
    resource: [
      {
        resourceType: 'Task',
        criteria: 'Task?code=https://diga-server.dev/fhir/CodeSystem/support|break-glass',
        interaction: ['create', 'read', 'search', 'update'],
      },
      { resourceType: 'Patient', interaction: ['read'] },
    ],
  },
  register: registerSupport,
});
