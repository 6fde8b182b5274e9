import type { Project } from '@medplum/fhirtypes';
import { z } from 'zod';
import type { AuthEndpoints } from '../../../src/plugin/sdk.ts';
import { medplumError } from '../errors.ts';
import type { Exchange, JsonAnswer, JsonRoute } from '../http/exchange.ts';
import { checked } from '../http/read-json.ts';
import { type AdminCaller, adminCaller, type AdminParts } from './admin-caller.ts';
import { invite } from './invite.ts';
import { deleteMember, readMember, updateMember } from './members.ts';
import { newBot } from './new-bot.ts';
import { newClient } from './new-client.ts';

const PROJECT_PATH = '/admin/projects/:project';

const siteBody = z
  .array(z.object({ name: z.string().min(1).max(200), domain: z.array(z.string().max(253)) }))
  .max(20);

export interface AdminRouteParts extends AdminParts {
  readonly endpoints: Pick<AuthEndpoints, 'makeClientSecret'>;
  /** True: clients may prove themselves with a secret. */
  readonly clientSecrets: boolean;
}

/** What the console administers the project with. */
export function adminRoutes(parts: AdminRouteParts): readonly JsonRoute[] {
  const { service, endpoints, clientSecrets } = parts;
  const route = (
    method: JsonRoute['method'],
    path: string,
    handle: (caller: AdminCaller, exchange: Exchange) => Promise<JsonAnswer>,
  ): JsonRoute => ({
    method,
    path: PROJECT_PATH + path,
    handle: async (exchange) => {
      const caller = await adminCaller(parts, exchange.request, exchange.parameters['project']);
      return handle(caller, exchange);
    },
  });
  const member = ({ parameters }: Exchange): string => parameters['member'] ?? '';
  return [
    route('GET', '', async ({ repository }) => {
      const { id, name, site = [] } = await repository.read<Project>('Project', 'default');
      // Secrets of bots stand in the configuration, never in a resource.
      return { body: { project: { id, name, secret: [], site } } };
    }),
    route('POST', '/invite', async (caller, { body, origin }) => ({
      body: await invite(service, parts.repository, caller, body, origin),
    })),
    route('POST', '/client', async (caller, { body }) => ({
      status: 201,
      body: await newClient(endpoints, caller, body, clientSecrets),
    })),
    route('POST', '/bot', async (caller, { body }) => ({
      status: 201,
      body: await newBot(caller, body),
    })),
    route('POST', '/sites', async ({ repository }, { body }) => {
      const project = await repository.read<Project>('Project', 'default');
      return { body: await repository.update({ ...project, site: checked(siteBody, body) }) };
    }),
    route('POST', '/secrets', async () => {
      throw medplumError('MEDPLUM_NOT_OFFERED', {
        reason: 'secrets of bots stand in the configuration (bots.secrets), never in a resource',
      });
    }),
    route('GET', '/members/:member', (caller, exchange) => readMember(caller, member(exchange))),
    route('POST', '/members/:member', (caller, exchange) =>
      updateMember(caller, member(exchange), exchange.body),
    ),
    route('DELETE', '/members/:member', (caller, exchange) =>
      deleteMember(caller, member(exchange)),
    ),
    {
      method: 'POST',
      path: '/admin/projects/setpassword',
      handle: async ({ request }) => {
        await adminCaller(parts, request, undefined);
        throw medplumError('MEDPLUM_NOT_OFFERED', {
          reason: 'nobody sets the password of somebody else; recovery needs two operators',
        });
      },
    },
  ];
}
