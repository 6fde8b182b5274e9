import type { ClientApplication } from '@medplum/fhirtypes';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type {
  AuthEndpoints,
  AuthService,
  PluginRepository,
  RouteCaller,
} from '../../../src/plugin/sdk.ts';
import { medplumError } from '../errors.ts';
import { ALL_OK, type JsonRoute } from '../http/exchange.ts';
import { checked } from '../http/read-json.ts';
import { callerMembership, readIfThere } from './caller-membership.ts';
import { factorRoutes } from './factor-routes.ts';
import { me } from './me.ts';

export interface SessionParts {
  readonly service: AuthService;
  readonly repository: PluginRepository;
  readonly endpoints: Pick<AuthEndpoints, 'client'>;
  readonly asCaller: (request: IncomingMessage) => Promise<RouteCaller>;
}

const passwords = z.object({
  oldPassword: z.string().min(1).max(1000),
  newPassword: z.string().min(1).max(1000),
});

/**
 * What somebody who is signed in asks about their own session and account. Scopes are about resources, and no scope is about
 * the account: apps of other makers get nothing of it.
 */
export function sessionRoutes(parts: SessionParts): readonly JsonRoute[] {
  const { service, repository, endpoints, asCaller } = parts;
  const signedIn = async (request: IncomingMessage) => {
    const caller = await asCaller(request);
    const client = await endpoints.client(caller.claims.clientId);
    if (client?.firstParty !== true) throw medplumError('MEDPLUM_OWN_APPS_ONLY');
    const { login } = await callerMembership(service, repository, caller);
    if (login === undefined) {
      throw medplumError('MEDPLUM_NOT_OFFERED', { reason: 'service accounts have no sign-in' });
    }
    return { caller, login };
  };
  return [
    {
      method: 'GET',
      path: '/auth/me',
      handle: async ({ request }) => ({ body: await me(parts, await asCaller(request)) }),
    },
    {
      method: 'GET',
      path: '/auth/mfa/status',
      handle: async ({ request }) => {
        const { login } = await signedIn(request);
        const factors = await service.factors(login.accountId);
        return { body: { enrolled: factors.length > 0, factors } };
      },
    },
    ...factorRoutes(service, signedIn),
    {
      method: 'POST',
      path: '/auth/revoke',
      handle: async ({ request, body, origin }) => {
        const { login } = await signedIn(request);
        const { loginId } = checked(z.object({ loginId: z.string().min(1).max(64) }), body);
        const ended = await service.revokeLogin(login.accountId, loginId, origin);
        if (!ended) throw medplumError('MEDPLUM_UNKNOWN');
        return { body: ALL_OK };
      },
    },
    {
      method: 'POST',
      path: '/auth/changepassword',
      handle: async ({ request, body, origin }) => {
        const { login } = await signedIn(request);
        const { oldPassword, newPassword } = checked(passwords, body);
        const change = { old: oldPassword, new: newPassword };
        const reason = await service.changePassword(login, change, origin);
        if (reason === 'wait') throw medplumError('MEDPLUM_WAIT');
        if (reason !== undefined) {
          const name = reason === 'wrong-password' ? 'oldPassword' : 'newPassword';
          throw medplumError('MEDPLUM_PARAMETER_INVALID', { name, reason });
        }
        return { body: ALL_OK };
      },
    },
    {
      method: 'GET',
      path: '/auth/clientinfo/:id',
      // What a sign-in form shows; a client that is not there has nothing to show, and that is all that is told.
      handle: async ({ parameters }) => {
        const id = parameters['id'] ?? '';
        const client = await readIfThere<ClientApplication>(repository, 'ClientApplication', id);
        const { welcomeString, logo } = client?.signInForm ?? {};
        return {
          body: {
            ...(welcomeString === undefined ? {} : { welcomeString }),
            ...(logo === undefined ? {} : { logo }),
          },
        };
      },
    },
  ];
}
