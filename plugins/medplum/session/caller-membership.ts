import type { ProjectMembership } from '@medplum/fhirtypes';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type {
  AuthService,
  LoginView,
  PluginRepository,
  RouteCaller,
} from '../../../src/plugin/sdk.ts';
import { PROJECT } from '../sign-in/login-answer.ts';

/** A caller's login and membership. */
export interface CallerMembership {
  /** Absent for service accounts: nobody has signed in. */
  readonly login?: LoginView & { readonly accountId: string };
  readonly membership: ProjectMembership & { id: string };
}

/**
 * Finds the membership that a caller acts by: that of its login, or the one of a service account.
 * @param repository of the plugin: callers need not be allowed to read memberships
 */
export async function callerMembership(
  service: Pick<AuthService, 'loginOf'>,
  repository: Pick<PluginRepository, 'read' | 'search'>,
  { claims }: Pick<RouteCaller, 'claims'>,
): Promise<CallerMembership> {
  const login = await service.loginOf(claims);
  const found =
    login === undefined
      ? await search(repository, claims.profile)
      : await readIfThere<ProjectMembership>(repository, 'ProjectMembership', login.membershipId);
  const membership = found ?? {
    resourceType: 'ProjectMembership' as const,
    id: login?.membershipId ?? 'none',
    project: PROJECT,
    user: { reference: claims.profile },
    profile: { reference: claims.profile },
    active: false,
  };
  return { membership, ...(login === undefined ? {} : { login }) };
}

async function search(
  repository: Pick<PluginRepository, 'search'>,
  profile: string,
): Promise<(ProjectMembership & { id: string }) | undefined> {
  const query = `profile=${encodeURIComponent(profile)}&_count=10`;
  const found = await repository.search<ProjectMembership>('ProjectMembership', query);
  return found.find(({ active }) => active !== false);
}

/** A resource, or undefined where there is none or none that may be read. */
export async function readIfThere<T extends { readonly resourceType: string }>(
  repository: Pick<PluginRepository, 'read'>,
  type: T['resourceType'],
  id: string,
): Promise<(T & { id: string }) | undefined> {
  try {
    return (await repository.read(type as never, id)) as unknown as T & { id: string };
  } catch (error) {
    if (isFhirError(error) && [403, 404, 410].includes(error.status)) return undefined;
    throw error;
  }
}
