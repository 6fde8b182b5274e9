import { createHmac, generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, importJWK, SignJWT } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import type { IdpFault } from './faults.ts';

/** An ID token as the fault has it, made from a right one. */
export async function forgedToken(token: string, fault: IdpFault, key: JWK): Promise<string> {
  const claims = decodeJwt(token);
  const { kid } = decodeProtectedHeader(token);
  const sign = async (payload: JWTPayload, by: JWK = key): Promise<string> =>
    new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', ...(kid === undefined ? {} : { kid }) })
      .sign(await importJWK(by, 'ES256'));
  switch (fault) {
    case 'wrong-issuer':
      return sign({ ...claims, iss: 'https://elsewhere.example' });
    case 'wrong-audience':
      return sign({ ...claims, aud: 'somebody-else' });
    case 'wrong-nonce':
      return sign({ ...claims, nonce: 'of-another-request' });
    case 'expired':
      return sign({ ...claims, iat: 1_000_000_000, exp: 1_000_000_300 });
    case 'wrong-key': {
      const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      return sign(claims, other.export({ format: 'jwk' }));
    }
    case 'alg-none':
      return `${encode({ alg: 'none' })}.${encode(claims)}.`;
    case 'alg-hs256': {
      // Signed with what everybody knows: the public key.
      const { d: _private, ...known } = key;
      const input = `${encode({ alg: 'HS256', ...(kid === undefined ? {} : { kid }) })}.${encode(claims)}`;
      const mac = createHmac('sha256', JSON.stringify(known)).update(input).digest('base64url');
      return `${input}.${mac}`;
    }
    default:
      return token;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
