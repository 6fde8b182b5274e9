import type { IncomingMessage } from 'node:http';
import type { ProjectMembership } from '@medplum/fhirtypes';
import type { AuthService, PluginRepository, RouteCaller } from '../../../src/plugin/sdk.ts';
import { medplumError } from '../errors.ts';
import { callerMembership } from '../session/caller-membership.ts';

/** Somebody who administers the project. What they do goes through their own repository, under their own policy. */
export interface AdminCaller extends RouteCaller {
  readonly membership: ProjectMembership & { id: string };
}

export interface AdminParts {
  readonly service: AuthService;
  /** Of the plugin; finds out who calls, and nothing else. */
  readonly repository: PluginRepository;
  readonly asCaller: (request: IncomingMessage) => Promise<RouteCaller>;
}

/**
 * Who calls an admin endpoint. The mark `admin` of the membership opens the endpoint and grants nothing: each read and
 * write behind it asks the caller's policy, with the authentication that it demands.
 * @throws FhirError `MEDPLUM_ADMIN_ONLY`, `MEDPLUM_UNKNOWN` for another project, `AUTH_*`
 */
export async function adminCaller(
  { service, repository, asCaller }: AdminParts,
  request: IncomingMessage,
  project: string | undefined,
): Promise<AdminCaller> {
  const caller = await asCaller(request);
  const { membership } = await callerMembership(service, repository, caller);
  if (membership.admin !== true) throw medplumError('MEDPLUM_ADMIN_ONLY');
  if (project !== undefined && project !== 'default') throw medplumError('MEDPLUM_UNKNOWN');
  return { ...caller, membership };
}
