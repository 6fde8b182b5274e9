import { join } from 'node:path';
import type { AuthEndpoints, ForeignClient, PluginHost } from '../../src/plugin/sdk.ts';
import { type Bundle, openBundle } from './bundle/open-bundle.ts';
import type { ConsoleConfig } from './config.ts';
import { CONSOLE_PATH } from './serve/page.ts';
import { consoleHandler } from './serve/handler.ts';

/** Client of the page. */
const CLIENT_ID = 'console';

/** After a failure the next attempt to open the page waits this long, in milliseconds. */
const RETRY_MS = 5_000;

/** Composes the plugin: the page, and its client at the authentication service. */
export function registerConsole(host: PluginHost<ConsoleConfig>): void {
  const { clock, config, log, mode, origin } = host;
  const endpoints = host.use('auth', 'endpoints') as Pick<AuthEndpoints, 'addClients'>;
  const client: ForeignClient = {
    clientId: CLIENT_ID,
    type: 'web',
    redirectUris: [`${origin}${CONSOLE_PATH}/callback`],
    allowedOrigins: [],
    firstParty: true,
  };
  // Public: the page proves with PKCE that it is the one that asked. Without this plugin there is no such client.
  endpoints.addClients((wanted) => Promise.resolve(wanted === CLIENT_ID ? client : undefined));
  const root = join(import.meta.dirname, '../..');
  // Opened when somebody asks first: who starts the server for something else does not wait for a build.
  let opened: Promise<Bundle> | undefined;
  let failedAt: number | undefined;
  host.route(
    CONSOLE_PATH,
    consoleHandler({
      config,
      bundle: () => {
        const again = failedAt !== undefined && clock.now() - failedAt > RETRY_MS;
        if (opened === undefined || again) {
          failedAt = undefined;
          opened = openBundle({ root, mode, log });
          opened.catch(() => {
            failedAt = clock.now();
          });
        }
        return opened;
      },
      onMissing: (error) => log.error({ err: error }, 'console.missing'),
    }),
  );
}
