import type { ClientApplication, Parameters } from '@medplum/fhirtypes';
import type { AuthEndpoints, OperationDefinition } from '../../../src/plugin/sdk.ts';
import { medplumError } from '../errors.ts';

/**
 * `ClientApplication/[id]/$rotate-secret`: a new secret in place of the old one, shown this once. The old one is worth
 * nothing from then on, since a secret that has leaked is why one is rotated; Medplum keeps it until it is retired. Only a
 * client that has a secret gets another: one with keys, or a public one, is not made weaker or another by it.
 * @see https://www.medplum.com/docs/auth/client-credentials
 */
export function rotateSecret(
  endpoints: Pick<AuthEndpoints, 'clientSecrets' | 'hasClientSecret' | 'makeClientSecret'>,
): OperationDefinition {
  return {
    name: 'rotate-secret',
    level: 'instance',
    resourceType: 'ClientApplication',
    documentation:
      'Makes a new secret for a client, which is shown once; the old one ends at once.',
    async handle({ repository, id = '', parameters }) {
      if (hasParameter(parameters, 'retiringSecret')) {
        throw medplumError('MEDPLUM_PARAMETER_INVALID', {
          name: 'retiringSecret',
          reason: 'an old secret ends when a new one is made',
        });
      }
      const application = await repository.read<ClientApplication>('ClientApplication', id);
      if (!endpoints.clientSecrets || !(await endpoints.hasClientSecret(id))) {
        throw medplumError('MEDPLUM_NOT_OFFERED', { reason: 'the client has no secret' });
      }
      // Who may not change the client may not do this either; nothing of the client itself changes.
      await repository.update<ClientApplication & { id: string }>(application);
      return { ...application, secret: await endpoints.makeClientSecret(id) };
    },
  };
}

function hasParameter({ parameter = [] }: Parameters, wanted: string): boolean {
  return parameter.some(({ name }) => name === wanted);
}
