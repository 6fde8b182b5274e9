import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import type { Resource } from '@medplum/fhirtypes';
import type { JWK } from 'jose';
import { calculateJwkThumbprint } from 'jose';
import { readOrCreatePrivateFile } from '../../../lib/private-file/private-file.ts';
import { serviceClient } from './client-metadata.ts';
import type { OAuthClient } from './client-store.ts';

/** Type of the resource that a role is in FHIR. */
export const IDENTITY_TYPES = {
  patient: 'Patient',
  'related-person': 'RelatedPerson',
  clinician: 'Practitioner',
  support: 'Practitioner',
  'integration-partner': 'ClientApplication',
  researcher: 'Practitioner',
  sponsor: 'Practitioner',
  admin: 'Practitioner',
  auditor: 'Practitioner',
  full: 'ClientApplication',
} as const satisfies Record<string, Resource['resourceType']>;
export type SandboxRole = keyof typeof IDENTITY_TYPES;

/** Roles that the sandbox has an identity for: all that are shipped for identities, and `full`. */
export const SANDBOX_ROLES = Object.keys(IDENTITY_TYPES) as readonly SandboxRole[];

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
          proof: 'private_key_jwt',
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
