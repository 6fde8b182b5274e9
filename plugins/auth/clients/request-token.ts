import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import type { JWK } from 'jose';
import type { Clock } from '../../../src/plugin/sdk.ts';

const ASSERTION_SECONDS = 60;
const TIMEOUT_MS = 10_000;

/**
 * Asks a server for an access token with the client credentials grant and `private_key_jwt`.
 * @param url where the server answers, without a trailing slash; its issuer may have another name for it.
 * @throws TypeError when the server cannot be reached or refuses; the text says which.
 * @see https://hl7.org/fhir/smart-app-launch/backend-services.html
 */
export async function requestToken(
  url: string,
  clientId: string,
  key: JWK,
  clock: Clock,
): Promise<string> {
  const { issuer } = await fetchJson(url, '/.well-known/openid-configuration', {});
  if (typeof issuer !== 'string') throw new TypeError(`What answers at ${url} issues no tokens.`);
  const now = Math.floor(clock.now() / 1000);
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES384', ...(key.kid === undefined ? {} : { kid: key.kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(issuer)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + ASSERTION_SECONDS)
    .sign(await importJWK(key, 'ES384'));
  const body = await fetchJson(url, '/oauth2/token', {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'system/*.cruds',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  });
  if (typeof body['access_token'] === 'string') return body['access_token'];
  throw new TypeError(`${url} refuses the token: ${String(body['error'])}`);
}

async function fetchJson(
  url: string,
  path: string,
  init: RequestInit,
): Promise<Readonly<Record<string, unknown>>> {
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, {
      ...init,
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw new TypeError(`No server answers at ${url}. Start it, or name it with --url.`, { cause });
  }
  try {
    return (await response.json()) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new TypeError(`${url} answers with status ${response.status} and no JSON.`, { cause });
  }
}
