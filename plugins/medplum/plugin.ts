import { definePlugin } from '../../src/plugin/sdk.ts';
import { medplumConfig } from './config.ts';
import { registerMedplum } from './register.ts';

/** What MedplumClient and Medplum's console ask of a server beside FHIR: sign-in by JSON, session, administration. */
export default definePlugin({
  name: 'medplum',
  version: '0.1.0',
  sdk: '^0.1.0',
  requires: ['auth'],
  config: medplumConfig,
  accessPolicy: {
    resource: [
      {
        resourceType: 'Project',
        criteria: 'Project?_id=default',
        interaction: ['create', 'read', 'update'],
      },
      // Who calls, and what their session shows. What callers do goes through their own policy.
      { resourceType: 'ProjectMembership', interaction: ['read', 'search'] },
      { resourceType: 'AccessPolicy', interaction: ['read'] },
      { resourceType: 'User', interaction: ['read'] },
      { resourceType: 'UserConfiguration', interaction: ['read'] },
      { resourceType: 'ClientApplication', interaction: ['read'] },
    ],
  },
  register: registerMedplum,
});
