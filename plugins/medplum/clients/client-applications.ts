import type { ClientApplication } from '@medplum/fhirtypes';
import { isFhirError, smartScope } from '../../../src/plugin/sdk.ts';
import type { Clock, ForeignClient, PluginRepository } from '../../../src/plugin/sdk.ts';

/** Milliseconds for which a client is remembered: the provider asks several times within one request. */
const REMEMBERED = 5_000;

const MAX_REMEMBERED = 1_000;

const ID = /^[A-Za-z0-9.-]{1,64}$/;

export interface ClientApplicationParts {
  readonly repository: Pick<PluginRepository, 'read'>;
  readonly clock: Clock;
  /** True: a client without keys may prove itself with a secret. */
  readonly secrets: boolean;
  readonly hasSecret: (clientId: string) => Promise<boolean>;
  readonly accessTokenSeconds: number;
}

/**
 * Makes ClientApplication resources OAuth clients: what an admin writes counts some seconds later, and a client that is
 * switched off or deleted is none. They are never first-party, so that people are asked whether they agree; what one of
 * them may do by itself is decided by its own membership and policy.
 */
export function clientApplications(
  parts: ClientApplicationParts,
): (clientId: string) => Promise<ForeignClient | undefined> {
  const { clock } = parts;
  const remembered = new Map<
    string,
    { readonly client: Promise<ForeignClient | undefined>; readonly until: number }
  >();
  return async (clientId) => {
    if (!ID.test(clientId)) return undefined;
    const known = remembered.get(clientId);
    if (known !== undefined && known.until > clock.now()) return known.client;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    const client = look(parts, clientId);
    remembered.set(clientId, { client, until: clock.now() + REMEMBERED });
    try {
      return await client;
    } catch (error) {
      remembered.delete(clientId);
      throw error;
    }
  };
}

async function look(
  parts: ClientApplicationParts,
  clientId: string,
): Promise<ForeignClient | undefined> {
  const application = await read(parts.repository, clientId);
  if (application === undefined || (application.status ?? 'active') !== 'active') return undefined;
  const { redirectUris = [], allowedOrigin = [], jwksUri, launchUri } = application;
  const usable = [...new Set(redirectUris)].filter(isRedirect);
  const proof = await proofOf(parts, clientId, jwksUri);
  // A key set or a secret that cannot be used must not turn the client into a public one.
  const isProven = jwksUri !== undefined || (await parts.hasSecret(clientId));
  if (isProven && proof === undefined) return undefined;
  return {
    clientId,
    type: usable.some((uri) => !uri.startsWith('https:')) ? 'native' : 'web',
    redirectUris: usable,
    allowedOrigins: allowedOrigin,
    firstParty: false,
    accessTokenSeconds: parts.accessTokenSeconds,
    ...(launchUri !== undefined && isWebPage(launchUri) ? { launchUrl: launchUri } : {}),
    ...(proof === undefined ? {} : { proof }),
    ...(proof === undefined
      ? {}
      : {
          service: { profile: `ClientApplication/${clientId}`, scope: scopeOf(application) },
        }),
  };
}

async function proofOf(
  { hasSecret, secrets }: ClientApplicationParts,
  clientId: string,
  jwksUri: string | undefined,
): Promise<ForeignClient['proof']> {
  if (jwksUri !== undefined) {
    return isKeySet(jwksUri) ? { kind: 'private_key_jwt', jwksUri } : undefined;
  }
  return secrets && (await hasSecret(clientId)) ? { kind: 'client_secret' } : undefined;
}

/** Scopes about resources that the client may ask for; what is no such scope says nothing here. */
function scopeOf({ defaultScope = [] }: ClientApplication): string {
  const known = defaultScope.filter((scope) => smartScope(scope) !== undefined);
  return known.length === 0 ? 'system/*.cruds' : known.join(' ');
}

function isRedirect(uri: string): boolean {
  return URL.canParse(uri) && !/^(?:javascript|data|vbscript|file|blob|about):/i.test(uri);
}

function isWebPage(uri: string): boolean {
  return URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol);
}

/** Keys that travel in the clear are anybody's. */
function isKeySet(uri: string): boolean {
  return URL.canParse(uri) && new URL(uri).protocol === 'https:';
}

async function read(
  repository: Pick<PluginRepository, 'read'>,
  id: string,
): Promise<ClientApplication | undefined> {
  try {
    return await repository.read<ClientApplication>('ClientApplication', id);
  } catch (error) {
    if (isFhirError(error) && (error.status === 404 || error.status === 410)) return undefined;
    throw error;
  }
}
