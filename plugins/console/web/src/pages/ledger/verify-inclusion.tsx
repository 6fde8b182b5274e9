import type { Parameters } from '@medplum/fhirtypes';
import { named, oneText, textOf } from '../parameters.tsx';
import {
  base64url,
  bytesOf,
  type LedgerKey,
  payloadOf,
  verifyCheckpoint,
} from './verify-checkpoint.tsx';

/** What was checked; undefined: the server does not show that part. */
export interface InclusionVerdict {
  readonly record: boolean | undefined;
  readonly restricted: boolean | undefined;
  readonly path: boolean;
  readonly signature: boolean;
}

/**
 * Checks the answer of `AuditEvent/[id]/$inclusion-proof` from the row to the signature, with nothing taken on trust but the
 * keys.
 * @see https://www.rfc-editor.org/rfc/rfc6962#section-2.1.1
 */
export async function verifyInclusion(
  answer: Parameters,
  keys: readonly LedgerKey[],
): Promise<InclusionVerdict> {
  const checkpoint = named(answer, 'checkpoint')[0];
  const jws = oneText(checkpoint, 'jws') ?? '';
  const record = oneText(answer, 'record');
  const restricted = oneText(answer, 'restricted');
  const leaf = bytesOf(oneText(answer, 'leaf') ?? '');
  const hashes = named(answer, 'hash').map((hash) => bytesOf(textOf(hash) ?? ''));
  const said = payloadOf(jws);
  const root = await rootOf(leaf, Number(oneText(answer, 'index')), Number(said['size']), hashes);
  return {
    record: record === undefined ? undefined : same(await leafHash(record), leaf),
    restricted:
      record === undefined || restricted === undefined
        ? undefined
        : (JSON.parse(record) as Record<string, unknown>)['$restricted'] ===
          base64url(await sha256(new TextEncoder().encode(restricted))),
    path: root !== undefined && same(root, bytesOf(String(said['root']))),
    signature: await verifyCheckpoint(jws, keys),
  };
}

/** Root that a path of hashes leads to; undefined where the path does not fit the tree. */
async function rootOf(
  leaf: Uint8Array,
  index: number,
  size: number,
  hashes: readonly Uint8Array[],
): Promise<Uint8Array | undefined> {
  if (!(index < size)) return undefined;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of hashes) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      hash = await sha256(joined(1, sibling, hash));
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = await sha256(joined(1, hash, sibling));
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : undefined;
}

function leafHash(record: string): Promise<Uint8Array> {
  return sha256(joined(0, new TextEncoder().encode(record)));
}

function joined(prefix: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([prefix, ...parts.flatMap((part) => [...part])]);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
