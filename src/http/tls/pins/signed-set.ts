import { CompactSign, compactVerify, importJWK, type JWK } from 'jose';
import { TlsError } from '../tls-error.ts';
import { type PinSet, readPinSet } from './pin-set.ts';

/** Type of the signed text, in its header. */
const TYPE = 'pin-set+jws';

/**
 * A set as it is published: JWS in its compact form, ES256.
 * @param key private key on P-256 that signs pins and nothing else
 * @throws TlsError `TLS_PINS_INVALID`
 * @see https://www.rfc-editor.org/rfc/rfc7515
 */
export async function signPinSet(set: PinSet, key: JWK): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify(set));
  return new CompactSign(payload)
    .setProtectedHeader({
      alg: 'ES256',
      typ: TYPE,
      ...(key.kid === undefined ? {} : { kid: key.kid }),
    })
    .sign(await keyOf(key));
}

/**
 * The set of a signed text.
 * @param key public key on P-256
 * @throws TlsError `TLS_PINS_INVALID`: the signature or the content is not good
 */
export async function verifyPinSet(text: string, key: JWK): Promise<PinSet> {
  let payload: Uint8Array;
  try {
    ({ payload } = await compactVerify(text.trim(), await keyOf(key), { algorithms: ['ES256'] }));
  } catch (cause) {
    throw new TlsError('TLS_PINS_INVALID', 'the set of pins is not signed with its key', { cause });
  }
  const set = readPinSet(parsed(payload));
  if (typeof set === 'string') throw new TlsError('TLS_PINS_INVALID', set);
  return set;
}

async function keyOf(key: JWK) {
  if (key.kty !== 'EC' || key.crv !== 'P-256') {
    throw new TlsError('TLS_PINS_INVALID', 'the key of the set of pins is no JWK on P-256');
  }
  const imported = await importJWK(key, 'ES256').catch((cause: unknown) => {
    throw new TlsError('TLS_PINS_INVALID', 'the key of the set of pins cannot be read', { cause });
  });
  return imported;
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
}
