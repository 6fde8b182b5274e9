import { randomUUID } from 'node:crypto';
import type { ClientApplication } from '@medplum/fhirtypes';
import { z } from 'zod';
import type { AuthEndpoints } from '../../../src/plugin/sdk.ts';
import { medplumError } from '../errors.ts';
import { checked } from '../http/read-json.ts';
import type { AdminCaller } from './admin-caller.ts';
import { accessPolicyField, newMembership } from './new-membership.ts';

const body = z.object({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(1000).optional(),
  redirectUris: z.array(z.url()).max(20).optional(),
  /** Medplum's older form of the field above. */
  redirectUri: z.union([z.url(), z.literal('')]).optional(),
  jwksUri: z.url({ protocol: /^https$/ }).optional(),
  allowedOrigin: z.array(z.url()).max(20).optional(),
  defaultScope: z.array(z.string().min(1).max(200)).max(50).optional(),
  accessPolicy: accessPolicyField,
});

/**
 * Makes an OAuth client with its membership. With redirect URIs and no key set it is public; with a key set it proves
 * itself with its key; with neither it gets a secret, where secrets are admitted, which is shown this once.
 * @param secrets true: clients may prove themselves with a secret
 * @throws FhirError `MEDPLUM_PARAMETER_INVALID`, `ACCESS_*`
 */
export async function newClient(
  endpoints: Pick<AuthEndpoints, 'makeClientSecret'>,
  caller: AdminCaller,
  sent: unknown,
  secrets: boolean,
): Promise<ClientApplication> {
  const { accessPolicy, redirectUri, ...wanted } = checked(body, sent);
  const redirectUris = [
    ...(wanted.redirectUris ?? []),
    ...(redirectUri === undefined || redirectUri === '' ? [] : [redirectUri]),
  ];
  const withSecret = wanted.jwksUri === undefined && redirectUris.length === 0;
  if (withSecret && !secrets) {
    throw medplumError('MEDPLUM_PARAMETER_INVALID', {
      name: 'jwksUri',
      reason: 'a service account proves itself with its key here; secrets are switched off',
    });
  }
  const { repository } = caller;
  const id = randomUUID();
  const reference = `ClientApplication/${id}`;
  const application: ClientApplication & { id: string } = {
    resourceType: 'ClientApplication',
    id,
    status: 'active',
    name: wanted.name,
    ...(wanted.description === undefined ? {} : { description: wanted.description }),
    ...(redirectUris.length === 0 ? {} : { redirectUris }),
    ...(wanted.jwksUri === undefined ? {} : { jwksUri: wanted.jwksUri }),
    ...(wanted.allowedOrigin === undefined ? {} : { allowedOrigin: wanted.allowedOrigin }),
    ...(wanted.defaultScope === undefined ? {} : { defaultScope: wanted.defaultScope }),
  };
  const membership = {
    ...newMembership(reference, reference, { accessPolicy }),
    id: randomUUID(),
  };
  const [stored] = await repository.createTogether([application, membership]);
  if (!withSecret) return stored as ClientApplication;
  return { ...(stored as ClientApplication), secret: await endpoints.makeClientSecret(id) };
}
