import type { ForeignClient } from '../../../src/plugin/sdk.ts';
import type { MedplumConfig } from '../config.ts';

/**
 * The client that requests without a client id stand for. It is public and first-party. Where no page of its own is
 * configured, its redirects go to this server, as those of a console do that is served from here.
 */
export function consoleClient(
  config: Pick<
    MedplumConfig,
    'accessTokenSeconds' | 'allowedOrigins' | 'clientId' | 'redirectUris'
  >,
  origin: string,
): (clientId: string) => Promise<ForeignClient | undefined> {
  const { accessTokenSeconds, clientId, allowedOrigins, redirectUris } = config;
  const uris = redirectUris.length === 0 ? [`${origin}/`] : redirectUris;
  const client: ForeignClient = {
    clientId,
    type: uris.every((uri) => uri.startsWith('https:')) ? 'web' : 'native',
    redirectUris: uris,
    allowedOrigins: [...new Set([origin, ...allowedOrigins])],
    firstParty: true,
    accessTokenSeconds,
  };
  return async (wanted) => (wanted === clientId ? client : undefined);
}
