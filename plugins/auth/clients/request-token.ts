import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import type { JWK } from 'jose';
import type { Clock } from '../../../src/plugin/sdk.ts';

const ASSERTION_SECONDS = 60;

/**
 * Asks a token endpoint for an access token with the client credentials grant and `private_key_jwt`.
 * @param issuer origin of the server without a trailing slash.
 * @returns the access token.
 * @throws TypeError when the server cannot be reached or refuses; the text says which.
 * @see https://hl7.org/fhir/smart-app-launch/backend-services.html
 */
export async function requestToken(
  issuer: string,
  clientId: string,
  key: JWK,
  clock: Clock,
): Promise<string> {
  const now = Math.floor(clock.now() / 1000);
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES384', ...(key.kid === undefined ? {} : { kid: key.kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(`${issuer}/oauth2/token`)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + ASSERTION_SECONDS)
    .sign(await importJWK(key, 'ES384'));
  const response = await fetch(`${issuer}/oauth2/token`, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'system/*.cruds',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  }).catch((cause: unknown) => {
    throw new TypeError(`No server answers at ${issuer}. Start it, or name it with --url.`, {
      cause,
    });
  });
  const body = (await response.json().catch(() => ({}))) as {
    access_token?: string;
    error?: string;
  };
  if (body.access_token === undefined) {
    throw new TypeError(
      `${issuer} refuses the token: ${response.status} ${body.error ?? ''}`.trim(),
    );
  }
  return body.access_token;
}
