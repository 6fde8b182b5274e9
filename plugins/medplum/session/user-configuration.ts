import type { ProjectMembership, UserConfiguration } from '@medplum/fhirtypes';
import type { PluginRepository } from '../../../src/plugin/sdk.ts';
import { readIfThere } from './caller-membership.ts';

const ADMIN_MENU: NonNullable<UserConfiguration['menu']> = [
  {
    title: 'Admin',
    link: [
      { name: 'Project', target: '/admin/project' },
      { name: 'AccessPolicy', target: '/AccessPolicy' },
      { name: 'Subscriptions', target: '/Subscription' },
      { name: 'Bots', target: '/Bot' },
    ],
  },
];

/** What the console shows at its side: what the membership names, or a menu of what its bearer uses. */
export async function userConfiguration(
  repository: Pick<PluginRepository, 'read'>,
  membership: ProjectMembership,
): Promise<UserConfiguration & { id: string }> {
  const id = /^UserConfiguration\/(.+)$/.exec(membership.userConfiguration?.reference ?? '')?.[1];
  const own =
    id === undefined
      ? undefined
      : await readIfThere<UserConfiguration>(repository, 'UserConfiguration', id);
  return (
    own ?? {
      resourceType: 'UserConfiguration',
      id: 'default',
      menu: [
        { title: 'Favorites', link: [{ name: 'Patients', target: '/Patient' }] },
        ...(membership.admin === true ? ADMIN_MENU : []),
      ],
    }
  );
}
