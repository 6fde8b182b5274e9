import { definePlugin } from '../../src/plugin/sdk.ts';
import { IDENTITY_TYPES, SANDBOX_ROLES, sandboxClientId } from './clients/sandbox-clients.ts';
import { SANDBOX_ORGANIZATION, SANDBOX_STUDY } from './clients/sandbox-identities.ts';
import { authConfig } from './config.ts';
import { OPERATOR_POLICIES } from './invitations/membership-for.ts';
import { registerAuth } from './register.ts';

function identities(type: string): string[] {
  return SANDBOX_ROLES.filter((role) => IDENTITY_TYPES[role] === type).map(sandboxClientId);
}

function sandboxOnly(resourceType: string, ids: readonly string[]) {
  const criteria = `${resourceType}?_id=${ids.join(',')}`;
  return { resourceType, criteria, interaction: ['create', 'read', 'update'] as const };
}

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
      // Staff: whose memberships are still in use, who is named by a number, who is invited at the machine.
      { resourceType: 'ProjectMembership', interaction: ['read', 'search'] },
      { resourceType: 'Practitioner', interaction: ['read', 'search', 'create'] },
      {
        resourceType: 'ProjectMembership',
        criteria: `ProjectMembership?access-policy=${OPERATOR_POLICIES.map((id) => `AccessPolicy/${id}`).join(',')}`,
        interaction: ['create'],
      },
      // What follows is written in the sandbox only, under fixed ids. Its Patient is allowed above.
      sandboxOnly('ProjectMembership', SANDBOX_ROLES.map(sandboxClientId)),
      sandboxOnly('Practitioner', identities('Practitioner')),
      sandboxOnly('RelatedPerson', identities('RelatedPerson')),
      sandboxOnly('ClientApplication', identities('ClientApplication')),
      sandboxOnly('Organization', [SANDBOX_ORGANIZATION]),
      sandboxOnly('Group', [SANDBOX_STUDY]),
    ],
  },
  register: registerAuth,
});
