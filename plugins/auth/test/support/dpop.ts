import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWK } from 'jose';

/** Key of a device. */
export interface DeviceKey {
  readonly publicJwk: JWK;
  readonly thumbprint: string;
  /** A proof that is right unless something is said otherwise. */
  prove(
    claims: { readonly htm: string; readonly htu: string } & Record<string, unknown>,
    token?: string,
    header?: Record<string, unknown>,
  ): Promise<string>;
}

export async function deviceKey(alg = 'ES256'): Promise<DeviceKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, {
    extractable: true,
    modulusLength: 3072,
  });
  const publicJwk = await exportJWK(publicKey);
  return {
    publicJwk,
    thumbprint: await calculateJwkThumbprint(publicJwk),
    prove(claims, token, header = {}) {
      const ath = token === undefined ? {} : { ath: accessTokenHash(token) };
      const iat = Math.floor(Date.now() / 1000);
      return new SignJWT({ jti: randomUUID(), iat, ...ath, ...claims })
        .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: publicJwk, ...header })
        .sign(privateKey);
    },
  };
}

export function accessTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
