import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import type { AuthServer } from './auth-server.ts';
import { tokenRequest } from './sign-in.ts';
import type { TokenResponse } from './sign-in.ts';

export const EC_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  format: 'jwk',
}) as JWK;

/** A client assertion of `billing-bot` that is right unless something is said otherwise. */
export async function clientAssertion(
  server: AuthServer,
  claims: JWTPayload = {},
  alg = 'ES256',
  key: JWK = EC_KEY,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: 'billing-bot',
    sub: 'billing-bot',
    aud: `${server.origin}/oauth2/token`,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
    ...claims,
  };
  const signing = await importJWK(key, alg);
  return new SignJWT(payload).setProtectedHeader({ alg }).sign(signing);
}

export function requestWithAssertion(
  server: AuthServer,
  assertion: string,
  more: Record<string, string> = {},
): Promise<TokenResponse> {
  return tokenRequest(server, {
    grant_type: 'client_credentials',
    scope: 'system/*.cruds',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...more,
  });
}
