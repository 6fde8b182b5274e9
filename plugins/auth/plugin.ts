import { definePlugin } from '../../src/plugin/sdk.ts';
import { authConfig } from './config.ts';
import { registerAuth } from './register.ts';

/** Accounts, sign-in and tokens: the OpenID Provider of the server. */
export default definePlugin({
  name: 'auth',
  version: '0.1.0',
  sdk: '^0.1.0',
  config: authConfig,
  databases: ['accounts'],
  accessPolicy: {
    resource: [
      { resourceType: 'Patient', interaction: ['create', 'read', 'update'] },
      {
        resourceType: 'ProjectMembership',
        criteria: 'ProjectMembership?access-policy=AccessPolicy/patient',
        interaction: ['create', 'read', 'update'],
      },
      // What follows is written in the sandbox only, under fixed ids.
      {
        resourceType: 'ProjectMembership',
        criteria:
          'ProjectMembership?_id=sandbox-patient,sandbox-clinician,sandbox-admin,sandbox-auditor,sandbox-full',
        interaction: ['create', 'read', 'update'],
      },
      {
        resourceType: 'Practitioner',
        criteria: 'Practitioner?_id=sandbox-clinician,sandbox-admin,sandbox-auditor',
        interaction: ['create', 'read', 'update'],
      },
      {
        resourceType: 'ClientApplication',
        criteria: 'ClientApplication?_id=sandbox-full',
        interaction: ['create', 'read', 'update'],
      },
    ],
  },
  register: registerAuth,
});
