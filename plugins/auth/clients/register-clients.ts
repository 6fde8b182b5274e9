import type { Mode } from '../../../src/plugin/sdk.ts';
import type { AppConfig, AuthConfig } from '../config.ts';
import { authError } from '../errors.ts';
import { appClient, serviceClient } from './client-metadata.ts';
import type { ClientStore, OAuthClient } from './client-store.ts';
import { sandboxClients } from './sandbox-clients.ts';

/**
 * Brings the inventory of clients in line with the configuration; the sandbox adds its own service accounts.
 * @throws FhirError `AUTH_CLIENT_INVALID`, `AUTH_SANDBOX_IDENTITIES`
 */
export async function registerClients(
  store: ClientStore,
  config: AuthConfig,
  mode: Mode,
  dataDirectory: string,
): Promise<void> {
  if (mode === 'production') {
    const count = await store.countSandbox();
    if (count > 0) throw authError('AUTH_SANDBOX_IDENTITIES', { count });
  }
  const apps = [...digaApp(config.appRedirectUri, mode), ...config.apps];
  const clients: OAuthClient[] = await Promise.all(apps.map(appClient));
  for (const account of config.serviceAccounts) clients.push(await serviceClient(account));
  if (mode === 'sandbox') clients.push(...(await sandboxClients(dataDirectory)));
  const ids = clients.map(({ clientId }) => clientId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    throw authError('AUTH_CLIENT_INVALID', { client: twice, reason: 'it is configured twice' });
  }
  await store.replace(
    clients,
    mode === 'sandbox' ? ['app', 'service', 'sandbox'] : ['app', 'service'],
  );
}

/** The app every DiGA has; on loopback, on any port (RFC 8252, section 7.3), in the sandbox only. */
function digaApp(redirectUri: string | undefined, mode: Mode): readonly AppConfig[] {
  const redirectUris = [
    ...(mode === 'sandbox' ? ['http://127.0.0.1/callback'] : []),
    ...(redirectUri === undefined ? [] : [redirectUri]),
  ];
  if (redirectUris.length === 0) return [];
  const app: AppConfig = {
    clientId: 'diga-app',
    type: 'native',
    redirectUris,
    postLogoutRedirectUris: [],
    allowedOrigins: [],
    firstParty: true,
    owner: 'Manufacturer',
    purpose: 'The DiGA app',
  };
  return [app];
}
