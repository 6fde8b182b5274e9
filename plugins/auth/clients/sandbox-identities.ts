import type { ProjectMembership, Resource } from '@medplum/fhirtypes';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { PluginRepository } from '../../../src/plugin/sdk.ts';
import { membership } from '../accounts/fhir-identity.ts';
import { IDENTITY_TYPES, SANDBOX_ROLES, sandboxClientId } from './sandbox-clients.ts';
import type { SandboxRole } from './sandbox-clients.ts';

/** Whom the integration partner of the sandbox stands for. */
export const SANDBOX_ORGANIZATION = 'sandbox-partner';
/** Study of the researcher and the sponsor of the sandbox. */
export const SANDBOX_STUDY = 'sandbox-study';

type Stored = Resource & { id: string };

/**
 * Creates the FHIR identities of the sandbox, what their policies are given as parameters, and their memberships, where
 * they are missing. The patient names the clinician as general practitioner, so that the clinician sees somebody from
 * the first minute; what a patient has to consent to is left to whoever tries it out.
 */
export async function createSandboxIdentities(repository: PluginRepository): Promise<void> {
  // Who is referred to comes first.
  const practitioners = SANDBOX_ROLES.filter((role) => IDENTITY_TYPES[role] === 'Practitioner');
  const others = SANDBOX_ROLES.filter((role) => IDENTITY_TYPES[role] !== 'Practitioner');
  for (const role of [...practitioners, ...others])
    await createIfMissing(repository, identity(role, sandboxClientId(role)));
  for (const resource of surroundings()) await createIfMissing(repository, resource);
  for (const role of SANDBOX_ROLES) await createIfMissing(repository, sandboxMembership(role));
}

async function createIfMissing(repository: PluginRepository, resource: Stored): Promise<void> {
  try {
    await repository.read(resource.resourceType, resource.id);
  } catch (error) {
    if (!isFhirError(error) || (error.status !== 404 && error.status !== 410)) throw error;
    await repository.update(resource);
  }
}

function identity(role: SandboxRole, id: string): Stored {
  switch (IDENTITY_TYPES[role]) {
    case 'Patient': {
      const clinician = { reference: `Practitioner/${sandboxClientId('clinician')}` };
      return { resourceType: 'Patient', id, active: true, generalPractitioner: [clinician] };
    }
    case 'RelatedPerson': {
      const patient = { reference: `Patient/${sandboxClientId('patient')}` };
      return { resourceType: 'RelatedPerson', id, active: true, patient };
    }
    case 'Practitioner':
      return { resourceType: 'Practitioner', id, active: true };
    case 'ClientApplication':
      return { resourceType: 'ClientApplication', id, name: 'Sandbox service account' };
  }
}

function surroundings(): Stored[] {
  const entity = { reference: `Patient/${sandboxClientId('patient')}` };
  return [
    {
      resourceType: 'Organization',
      id: SANDBOX_ORGANIZATION,
      active: true,
      name: 'Sandbox clinic',
    },
    {
      resourceType: 'Group',
      id: SANDBOX_STUDY,
      type: 'person',
      actual: true,
      member: [{ entity }],
    },
  ];
}

/** Membership of a role: its policies, with the parameters that they want. */
function sandboxMembership(role: SandboxRole): ProjectMembership & { id: string } {
  const id = sandboxClientId(role);
  const profile = `${IDENTITY_TYPES[role]}/${id}`;
  const plain = membership(id, `ClientApplication/${id}`, profile, role);
  const policy = { reference: `AccessPolicy/${role}` };
  switch (role) {
    case 'integration-partner': {
      const valueReference = { reference: `Organization/${SANDBOX_ORGANIZATION}` };
      return { ...plain, access: [{ policy, parameter: [{ name: 'partner', valueReference }] }] };
    }
    case 'researcher':
    case 'sponsor': {
      const valueReference = { reference: `Group/${SANDBOX_STUDY}` };
      return { ...plain, access: [{ policy, parameter: [{ name: 'study', valueReference }] }] };
    }
    case 'support':
      return {
        ...plain,
        access: [{ policy }, { policy: { reference: 'AccessPolicy/break-glass' } }],
      };
    default:
      return plain;
  }
}
