import { fromBER } from 'asn1js';
import { SeconError, type SeconErrorCode } from './secon-error.ts';

/** Any ASN.1 value as the parser hands it out. */
export type Asn1Value = ReturnType<typeof fromBER>['result'];

// A message of the profile nests to about 15; the reference tool cuts content into octet strings of 1,000 bytes.
const MAX_DEPTH = 40;
const MAX_NODES = 60_000;

/**
 * Parses one BER or DER value (indefinite lengths included) that must fill the input.
 * @throws SeconError with `failure` for what is no BER, has bytes after its end, or nests too deep
 */
export function parseBer(bytes: Uint8Array, failure: SeconErrorCode, what: string): Asn1Value {
  try {
    const { offset, result } = fromBER(ownCopy(bytes), {
      maxDepth: MAX_DEPTH,
      maxNodes: MAX_NODES,
      maxContentLength: bytes.byteLength,
      parseEmbedded: false,
    });
    if (offset === bytes.byteLength) return result;
  } catch (error) {
    throw new SeconError(failure, `${what} is not BER encoded`, error);
  }
  throw new SeconError(failure, `${what} is not exactly one BER value`);
}

/** Copies into an own ArrayBuffer, so that neither pooled buffers nor later changes reach the parser. */
export function ownCopy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(new ArrayBuffer(bytes.byteLength));
  copy.set(bytes);
  return copy;
}

/** Whether two byte strings are equal; for public values only (not constant-time). */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.byteLength === right.byteLength && left.every((byte, index) => byte === right[index]);
}
