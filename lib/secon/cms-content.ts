import { ContentInfo } from 'pkijs';
import { type Asn1Value, parseBer } from './ber.ts';
import { SeconError, type SeconErrorCode } from './secon-error.ts';

/**
 * Reads a ContentInfo of one content type and hands out its content.
 * @throws SeconError `failure` for other bytes or another type
 */
export function readContentInfo(
  bytes: Uint8Array,
  contentType: string,
  failure: SeconErrorCode,
): Asn1Value {
  const schema = parseBer(bytes, failure, 'The message');
  const contentInfo = readStructure(
    () => new ContentInfo({ schema }),
    failure,
    'The message is no CMS ContentInfo',
  );
  if (contentInfo.contentType !== contentType) {
    throw new SeconError(failure, 'The CMS content type is not the expected one');
  }
  return contentInfo.content as Asn1Value;
}

/** Runs a schema reader whose own exceptions mean that the input has another shape. */
export function readStructure<T>(read: () => T, failure: SeconErrorCode, message: string): T {
  try {
    return read();
  } catch (error) {
    throw new SeconError(failure, message, error);
  }
}

interface OctetPieces {
  readonly idBlock: { readonly isConstructed: boolean };
  readonly valueBlock: { readonly value?: readonly unknown[]; readonly valueHexView?: Uint8Array };
}

/** Joins an octet string that BER may have cut into pieces, nested ones included. @see X.690 section 8.7 */
export function octets(value: OctetPieces): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  collect(value, pieces);
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  const joined = new Uint8Array(new ArrayBuffer(length));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.byteLength;
  }
  return joined;
}

function collect(value: OctetPieces, pieces: Uint8Array[]): void {
  if (value.idBlock.isConstructed) {
    for (const child of value.valueBlock.value ?? []) collect(child as OctetPieces, pieces);
  } else if (value.valueBlock.valueHexView !== undefined) {
    pieces.push(value.valueBlock.valueHexView);
  }
}
