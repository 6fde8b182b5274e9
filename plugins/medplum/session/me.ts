import type { Project, Resource, User } from '@medplum/fhirtypes';
import type {
  AuthEndpoints,
  AuthService,
  LoginView,
  PluginRepository,
  RouteCaller,
} from '../../../src/plugin/sdk.ts';
import { PROJECT } from '../sign-in/login-answer.ts';
import { type CallerMembership, callerMembership, readIfThere } from './caller-membership.ts';
import { resolvedPolicy } from './resolved-policy.ts';
import { userConfiguration } from './user-configuration.ts';

export interface MeParts {
  readonly service: Pick<AuthService, 'factors' | 'identities' | 'loginOf' | 'logins'>;
  /** Of the plugin. */
  readonly repository: Pick<PluginRepository, 'read' | 'search'>;
  readonly endpoints: Pick<AuthEndpoints, 'client'>;
}

/** `GET auth/me`: who the caller is and what it may do, as MedplumClient keeps it for the session. */
export async function me(parts: MeParts, caller: RouteCaller): Promise<object> {
  const { service, repository } = parts;
  const own = await callerMembership(service, repository, caller);
  const { membership } = own;
  const [project, user, profile, config, accessPolicy, security] = await Promise.all([
    readIfThere<Project>(repository, 'Project', 'default'),
    userOf(repository, membership.user.reference),
    profileOf(caller),
    userConfiguration(repository, membership),
    resolvedPolicy(repository, caller.principal),
    securityOf(parts, caller, own),
  ]);
  return {
    ...(user === undefined ? {} : { user }),
    project: {
      resourceType: 'Project',
      id: 'default',
      name: project?.name,
      strictMode: true,
      superAdmin: false,
      features: project?.features ?? [],
    },
    membership: {
      resourceType: 'ProjectMembership',
      id: membership.id,
      project: PROJECT,
      user: membership.user,
      profile: membership.profile,
      admin: membership.admin === true,
      ...(membership.identifier === undefined ? {} : { identifier: membership.identifier }),
    },
    profile,
    config,
    accessPolicy,
    ...(security === undefined ? {} : { security }),
  };
}

async function userOf(
  repository: Pick<PluginRepository, 'read'>,
  reference: string | undefined,
): Promise<object | undefined> {
  const id = /^User\/(.+)$/.exec(reference ?? '')?.[1];
  if (id === undefined) return undefined;
  const user = await readIfThere<User>(repository, 'User', id);
  // Patients have no User: nothing is known of them that it could say.
  if (user === undefined) return { resourceType: 'User', id };
  const { firstName, lastName } = user;
  return { resourceType: 'User', id, firstName, lastName };
}

/** The resource of the caller as the caller may see it; where that is not at all, what the token says. */
async function profileOf({ claims, repository }: RouteCaller): Promise<object> {
  const [type = '', id = ''] = claims.profile.split('/');
  const resource = await readIfThere<Resource>(repository, type as Resource['resourceType'], id);
  return resource ?? { resourceType: type, id };
}

/** What an app of another maker was allowed is about resources; other sessions and identities are no business of it. */
async function securityOf(
  { service, endpoints }: MeParts,
  { claims }: RouteCaller,
  { login }: CallerMembership,
): Promise<object | undefined> {
  if (login === undefined) return undefined;
  const client = await endpoints.client(claims.clientId);
  if (client?.firstParty !== true) return undefined;
  const [factors, sessions, identities] = await Promise.all([
    service.factors(login.accountId),
    service.logins(login.accountId),
    service.identities(login.accountId),
  ]);
  return {
    mfaEnrolled: factors.length > 0,
    sessions: sessions.map(session),
    memberships: identities.map(({ membershipId, profile }) => ({
      resourceType: 'ProjectMembership',
      id: membershipId,
      project: PROJECT,
      profile: { reference: profile, display: profile },
    })),
  };
}

/** Network addresses are not kept, so that none is shown. */
function session({ id, lastUsedAt, authMethod, device = '' }: LoginView): object {
  const [browser = '', os = ''] = device.split(' on ', 2);
  return { id, lastUpdated: lastUsedAt.toISOString(), authMethod, browser, os, remoteAddress: '' };
}
