import type { MedplumClient } from '@medplum/core';
import type { Parameters } from '@medplum/fhirtypes';
import { oneText } from '../parameters.tsx';

/** Public key of the ledger. */
export type LedgerKey = JsonWebKey & { readonly kid?: string; readonly alg?: string };

const CURVES: Readonly<Record<string, { readonly curve: string; readonly hash: string }>> = {
  ES256: { curve: 'P-256', hash: 'SHA-256' },
  ES384: { curve: 'P-384', hash: 'SHA-384' },
};

/** The keys that checkpoints were ever signed with. */
export async function ledgerKeys(client: MedplumClient): Promise<readonly LedgerKey[]> {
  const answer = await client.get<Parameters>(client.fhirUrl('$audit-keys'));
  const { keys = [] } = JSON.parse(oneText(answer, 'jwks') ?? '{}') as {
    keys?: readonly LedgerKey[];
  };
  return keys;
}

/**
 * Checks the signature of a checkpoint, and that the key is the one whose thumbprint it names.
 * @param jws in compact form
 * @see https://www.rfc-editor.org/rfc/rfc7515 and RFC 7638
 */
export async function verifyCheckpoint(jws: string, keys: readonly LedgerKey[]): Promise<boolean> {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const said = readJson(header);
  const algorithm = CURVES[String(said['alg'])];
  if (algorithm === undefined || said['typ'] !== 'audit-checkpoint+jws') return false;
  for (const key of keys) {
    if ((await thumbprint(key)) !== said['kid'] || key.crv !== algorithm.curve) continue;
    const { kty, crv, x, y } = key;
    const imported = await crypto.subtle.importKey(
      'jwk',
      { kty, crv, x, y },
      { name: 'ECDSA', namedCurve: algorithm.curve },
      false,
      ['verify'],
    );
    return crypto.subtle.verify(
      { name: 'ECDSA', hash: algorithm.hash },
      imported,
      bytesOf(signature),
      new TextEncoder().encode(`${header}.${payload}`),
    );
  }
  return false;
}

/** What a checkpoint says; check its signature first. */
export function payloadOf(jws: string): Readonly<Record<string, unknown>> {
  return readJson(jws.split('.')[1] ?? '');
}

/** RFC 7638. */
async function thumbprint({ crv, kty, x, y }: LedgerKey): Promise<string> {
  const text = JSON.stringify({ crv, kty, x, y });
  const digest = new Uint8Array(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)),
  );
  return base64url(digest);
}

function readJson(part: string): Readonly<Record<string, unknown>> {
  return JSON.parse(new TextDecoder().decode(bytesOf(part))) as Readonly<Record<string, unknown>>;
}

/** Bytes of base64 or base64url. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

/** Base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
