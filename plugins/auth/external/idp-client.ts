import { readFile } from 'node:fs/promises';
import { createRemoteJWKSet, customFetch, importJWK } from 'jose';
import type { JWK, JWTVerifyGetKey } from 'jose';
import * as oidc from 'openid-client';
import type { Clock } from '../../../src/plugin/sdk.ts';
import { keyWeakness } from '../clients/key-weakness.ts';
import type { IdentityProviderConfig } from '../config/external.ts';
import { authError } from '../errors.ts';
import { CLIENT_ALGORITHMS } from '../oidc/algorithms.ts';
import { boundedFetch } from './bounded-fetch.ts';

/** Metadata is asked for again after this time. */
const METADATA_MS = 3_600_000;
/** After a failure the provider is left alone for this time, so that its outage costs our users no waiting. */
const FAILURE_MS = 10_000;

/** Keys are asked for again after this time, and after the cooldown where a token names one that is not among them. */
const KEYS_MS = 600_000;
const KEYS_COOLDOWN_MS = 5_000;

/** What is needed to talk to one provider: its metadata, our credentials, its keys. */
export interface IdpConnection {
  readonly oidc: oidc.Configuration;
  readonly keys: JWTVerifyGetKey;
  /** Signatures that are accepted: what the provider offers and the BSI list has. */
  readonly algorithms: readonly string[];
}

/** One provider. */
export interface IdpClient {
  readonly config: IdentityProviderConfig;
  /** @throws FhirError `AUTH_IDP_UNAVAILABLE` */
  connection(): Promise<IdpConnection>;
}

/**
 * Opens a provider; nothing is asked of it before somebody signs in, so that its outage never holds up a start.
 * @throws FhirError `AUTH_IDP_CONFIG`
 */
export async function idpClient(
  config: IdentityProviderConfig,
  clock: Clock,
  insecure: boolean,
): Promise<IdpClient> {
  const authentication = await credentials(config);
  const plain = config.issuer.startsWith('http:');
  if (plain && !insecure) throw configError(config, 'production needs an https issuer');
  let kept: { readonly connection: IdpConnection; readonly until: number } | undefined;
  let failed: { readonly error: unknown; readonly until: number } | undefined;
  let running: Promise<IdpConnection> | undefined;
  const discover = async (): Promise<IdpConnection> => {
    try {
      const connection = await open(config, authentication, plain);
      kept = { connection, until: clock.now() + METADATA_MS };
      failed = undefined;
      return connection;
    } catch (error) {
      // Metadata that is an hour old serves longer than none.
      if (kept !== undefined) {
        kept = { ...kept, until: clock.now() + FAILURE_MS };
        return kept.connection;
      }
      failed = { error, until: clock.now() + FAILURE_MS };
      throw unavailable(config, error);
    } finally {
      running = undefined;
    }
  };
  return {
    config,
    async connection() {
      if (kept !== undefined && kept.until > clock.now()) return kept.connection;
      if (failed !== undefined && failed.until > clock.now())
        throw unavailable(config, failed.error);
      running ??= discover();
      return running;
    },
  };
}

async function open(
  config: IdentityProviderConfig,
  authentication: oidc.ClientAuth,
  plain: boolean,
): Promise<IdpConnection> {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- http is for the sandbox on this machine alone
  const execute = plain ? [oidc.allowInsecureRequests] : [];
  const timeout = config.timeoutMs / 1000;
  const found = await oidc.discovery(new URL(config.issuer), config.clientId, {}, authentication, {
    execute,
    timeout,
    [oidc.customFetch]: boundedFetch,
  });
  // Without the helper function that comes along.
  const metadata = JSON.parse(JSON.stringify(found.serverMetadata())) as oidc.ServerMetadata;
  const { jwks_uri: keys, id_token_signing_alg_values_supported: offered = ['RS256'] } = metadata;
  const algorithms = offered.filter((name) => CLIENT_ALGORITHMS.some((known) => known === name));
  if (algorithms.length === 0)
    throw new TypeError('It signs ID tokens with no algorithm of the BSI list');
  if (keys === undefined || (!plain && !keys.startsWith('https:')))
    throw new TypeError('Its keys are not to be had by https');
  // What the provider offers beyond the list is not accepted, whatever the header of a token says.
  const connection = new oidc.Configuration(
    { ...metadata, id_token_signing_alg_values_supported: algorithms },
    config.clientId,
    { [oidc.clockTolerance]: config.clockToleranceSeconds },
    authentication,
  );
  connection.timeout = timeout;
  connection[oidc.customFetch] = boundedFetch;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
  if (plain) oidc.allowInsecureRequests(connection);
  return {
    oidc: connection,
    algorithms,
    keys: createRemoteJWKSet(new URL(keys), {
      timeoutDuration: config.timeoutMs,
      cooldownDuration: KEYS_COOLDOWN_MS,
      cacheMaxAge: KEYS_MS,
      [customFetch]: boundedFetch as typeof fetch,
    }),
  };
}

async function credentials(config: IdentityProviderConfig): Promise<oidc.ClientAuth> {
  const { clientKeyFile, clientSecretFile } = config;
  if (clientKeyFile === undefined) {
    const secret = (await contents(config, clientSecretFile ?? '')).trim();
    if (secret.length < 32) throw configError(config, 'its client secret is shorter than 32');
    return oidc.ClientSecretBasic(secret);
  }
  let key: JWK;
  try {
    key = JSON.parse(await contents(config, clientKeyFile)) as JWK;
  } catch (cause) {
    // The text of a parser would quote the key.
    throw configError(
      config,
      'its clientKeyFile is no JWK',
      cause instanceof SyntaxError ? undefined : cause,
    );
  }
  const { d: secret, ...publicKey } = key;
  const weakness = secret === undefined ? 'it is no private key' : keyWeakness(publicKey);
  const alg = key.alg ?? 'ES256';
  if (weakness !== undefined) throw configError(config, `the key cannot be used: ${weakness}`);
  if (!CLIENT_ALGORITHMS.some((known) => known === alg))
    throw configError(config, `the algorithm ${alg} of its key is not on the BSI list`);
  const imported = (await importJWK(key, alg)) as CryptoKey;
  return oidc.PrivateKeyJwt(key.kid === undefined ? imported : { key: imported, kid: key.kid });
}

async function contents(config: IdentityProviderConfig, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw configError(config, `${file} cannot be read`, cause);
  }
}

function configError({ id }: IdentityProviderConfig, reason: string, cause?: unknown): Error {
  return authError('AUTH_IDP_CONFIG', { id, reason }, cause === undefined ? {} : { cause });
}

function unavailable({ id }: IdentityProviderConfig, cause: unknown): Error {
  return authError('AUTH_IDP_UNAVAILABLE', { id }, { cause, retryAfter: FAILURE_MS / 1000 });
}
