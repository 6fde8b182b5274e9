import type { AuthEndpoints, AuthService, PluginHost } from '../../src/plugin/sdk.ts';
import { adminRoutes } from './admin/routes.ts';
import { superRoutes } from './admin/super-routes.ts';
import { clientApplications } from './clients/client-applications.ts';
import { consoleClient } from './clients/console-client.ts';
import { rotateSecret } from './clients/rotate-secret.ts';
import { tokenRequest } from './clients/token-request.ts';
import type { MedplumConfig } from './config.ts';
import { addRoutes } from './http/routes.ts';
import { seedProject } from './resources/project.ts';
import { protectedResource } from './session/protected-resource.ts';
import { sessionRoutes } from './session/routes.ts';
import { signInRoutes } from './sign-in/routes.ts';
import { signInClients } from './sign-in/sign-in-client.ts';
import { unofferedRoutes } from './sign-in/unoffered.ts';

/** Composes the plugin: Medplum's endpoints beside FHIR, on the authentication service. */
export function registerMedplum(host: PluginHost<MedplumConfig>): void {
  const { clock, config, mode, origin, repository } = host;
  const service = host.use('auth', 'service') as AuthService;
  const endpoints = host.use('auth', 'endpoints') as AuthEndpoints;
  const asCaller: PluginHost['asCaller'] = (request) => host.asCaller(request);
  const { clientSecrets } = endpoints;

  endpoints.addClients(consoleClient(config, origin));
  endpoints.addClients(
    clientApplications({
      repository,
      clock,
      secrets: clientSecrets,
      accessTokenSeconds: config.accessTokenSeconds,
      hasSecret: (clientId) => endpoints.hasClientSecret(clientId),
    }),
  );
  endpoints.beforeToken(tokenRequest({ service, endpoints, config, asCaller }));
  host.operation(rotateSecret(endpoints));
  const parts = { service, repository, asCaller };
  addRoutes(host, endpoints, [
    ...signInRoutes({ service, clients: signInClients(endpoints, config, host), mode }),
    protectedResource(origin),
    ...unofferedRoutes(),
    ...sessionRoutes({ ...parts, endpoints }),
    ...adminRoutes({ ...parts, endpoints, clientSecrets }),
    ...superRoutes(parts),
  ]);
  host.onReady(() => seedProject(repository, config.projectName));
}
