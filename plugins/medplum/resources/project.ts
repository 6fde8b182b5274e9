import type { Project } from '@medplum/fhirtypes';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { PluginRepository } from '../../../src/plugin/sdk.ts';

/** What Medplum calls features and this server always has. */
const FEATURES: NonNullable<Project['features']> = [
  'bots',
  'cron',
  'transaction-bundles',
  'websocket-subscriptions',
  'graphql-introspection',
];

/** The project that every membership names. It is made at the first start; what an admin changes then stays. */
export async function seedProject(
  repository: Pick<PluginRepository, 'read' | 'update'>,
  name: string,
): Promise<void> {
  try {
    await repository.read<Project>('Project', 'default');
  } catch (error) {
    if (!isFhirError(error) || (error.status !== 404 && error.status !== 410)) throw error;
    await repository.update<Project>({
      resourceType: 'Project',
      id: 'default',
      name,
      strictMode: true,
      superAdmin: false,
      features: FEATURES,
    });
  }
}
