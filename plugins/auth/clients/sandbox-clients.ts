import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import type { Resource } from '@medplum/fhirtypes';
import type { JWK } from 'jose';
import { calculateJwkThumbprint } from 'jose';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { PluginRepository } from '../../../src/plugin/sdk.ts';
import { membership } from '../accounts/fhir-identity.ts';
import { readOrCreatePrivateFile } from '../../../lib/private-file/private-file.ts';
import { serviceClient } from './client-metadata.ts';
import type { OAuthClient } from './client-store.ts';

/** Roles that the sandbox has an identity for. */
export const SANDBOX_ROLES = ['patient', 'clinician', 'admin', 'auditor', 'full'] as const;
export type SandboxRole = (typeof SANDBOX_ROLES)[number];

/** Type of the resource that a role is in FHIR. */
const IDENTITY_TYPES = {
  patient: 'Patient',
  clinician: 'Practitioner',
  admin: 'Practitioner',
  auditor: 'Practitioner',
  full: 'ClientApplication',
} as const satisfies Record<SandboxRole, Resource['resourceType']>;

/** OAuth client id of a role. */
export function sandboxClientId(role: SandboxRole): string {
  return `sandbox-${role}`;
}

/** File in the plugin's data directory that holds the private key of a role. */
export function sandboxKeyFile(role: SandboxRole): string {
  return `${sandboxClientId(role)}.jwk.json`;
}

/** Service accounts of the sandbox; their keys are made at the first start and stay on this machine. */
export async function sandboxClients(dataDirectory: string): Promise<readonly OAuthClient[]> {
  const clients: OAuthClient[] = [];
  for (const role of SANDBOX_ROLES) {
    const file = join(dataDirectory, sandboxKeyFile(role));
    const key = JSON.parse(await readOrCreatePrivateFile(file, newKey)) as JWK;
    const { d: _private, ...publicKey } = key;
    clients.push(
      await serviceClient(
        {
          clientId: sandboxClientId(role),
          jwks: { keys: [publicKey as { kty: 'EC' }] },
          profile: `${IDENTITY_TYPES[role]}/${sandboxClientId(role)}`,
          scope: 'system/*.cruds',
          owner: 'Sandbox',
          purpose: `Trying the server out as ${role}`,
          rotationDays: 365,
        },
        'sandbox',
      ),
    );
  }
  return clients;
}

/** Creates the FHIR identities of the sandbox and their memberships where they are missing. */
export async function createSandboxIdentities(repository: PluginRepository): Promise<void> {
  for (const role of SANDBOX_ROLES) {
    const id = sandboxClientId(role);
    const profile = `${IDENTITY_TYPES[role]}/${id}`;
    await createIfMissing(repository, identity(role, id));
    await createIfMissing(repository, membership(id, `ClientApplication/${id}`, profile, role));
  }
}

async function createIfMissing(
  repository: PluginRepository,
  resource: Resource & { id: string },
): Promise<void> {
  try {
    await repository.read(resource.resourceType, resource.id);
  } catch (error) {
    if (!isFhirError(error) || (error.status !== 404 && error.status !== 410)) throw error;
    await repository.update(resource);
  }
}

function identity(role: SandboxRole, id: string): Resource & { id: string } {
  switch (IDENTITY_TYPES[role]) {
    case 'Patient':
      return { resourceType: 'Patient', id, active: true };
    case 'Practitioner':
      return { resourceType: 'Practitioner', id, active: true };
    case 'ClientApplication':
      return { resourceType: 'ClientApplication', id, name: 'Sandbox service account' };
  }
}

async function newKey(): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const jwk = privateKey.export({ format: 'jwk' }) as JWK;
  return JSON.stringify({
    ...jwk,
    kid: await calculateJwkThumbprint(jwk),
    alg: 'ES384',
    use: 'sig',
  });
}
