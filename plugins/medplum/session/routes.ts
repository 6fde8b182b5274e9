import type { ClientApplication } from '@medplum/fhirtypes';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { AuthService, PluginRepository, RouteCaller } from '../../../src/plugin/sdk.ts';
import { medplumError } from '../errors.ts';
import { ALL_OK, type JsonRoute } from '../http/exchange.ts';
import { checked } from '../http/read-json.ts';
import { callerMembership, readIfThere } from './caller-membership.ts';
import { me } from './me.ts';

export interface SessionParts {
  readonly service: AuthService;
  readonly repository: PluginRepository;
  readonly asCaller: (request: IncomingMessage) => Promise<RouteCaller>;
}

const passwords = z.object({
  oldPassword: z.string().min(1).max(1000),
  newPassword: z.string().min(1).max(1000),
});

/** What somebody who is signed in asks about their own session and account. */
export function sessionRoutes(parts: SessionParts): readonly JsonRoute[] {
  const { service, repository, asCaller } = parts;
  const signedIn = async (request: IncomingMessage) => {
    const caller = await asCaller(request);
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
        return { body: { enrolled: (await service.factors(login.accountId)).length > 0 } };
      },
    },
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
        if (reason !== undefined) {
          throw medplumError('MEDPLUM_PARAMETER_INVALID', { name: 'newPassword', reason });
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
