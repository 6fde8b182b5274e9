import { GkvMessageError } from './gkv-message-error.ts';

/** Text of a document and how it was found. */
export interface DecodedXml {
  readonly text: string;
  /** Encoding that the bytes really have, as a WHATWG label. */
  readonly encoding: string;
  /** True when the XML declaration named an encoding that the bytes do not have. */
  readonly declarationWrong: boolean;
}

const BYTE_ORDER_MARKS: readonly (readonly [readonly number[], string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

const DECLARATION_LENGTH = 200;

/**
 * Turns bytes into text although the declared encoding may be wrong, as one insurer's reports are: byte order mark,
 * UTF-8 when the bytes are valid UTF-8 (a single-byte label cannot be told from it, and text in another encoding is
 * practically never valid UTF-8), the declared encoding, ISO-8859-1. The mark is removed.
 * @throws GkvMessageError XML_ENCODING when nothing fits.
 * @see https://www.w3.org/TR/xml/#sec-guessing
 */
export function decodeXml(bytes: Uint8Array): DecodedXml {
  const marked = BYTE_ORDER_MARKS.find(([mark]) =>
    mark.every((byte, index) => bytes[index] === byte),
  );
  const wide = marked === undefined ? wideWithoutMark(bytes) : undefined;
  const declared = marked === undefined && wide === undefined ? declaredEncoding(bytes) : undefined;
  const known = marked?.[1] ?? wide;
  const candidates =
    known === undefined ? ['utf-8', ...singleByte(declared), 'iso-8859-1'] : [known];
  for (const encoding of candidates) {
    const text = tryDecode(bytes, encoding);
    if (text !== undefined) {
      const declarationWrong = declared !== undefined && !sameEncoding(declared, encoding, bytes);
      return { text, encoding, declarationWrong };
    }
  }
  throw new GkvMessageError('XML_ENCODING');
}

function wideWithoutMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0x3c && bytes[1] === 0) return 'utf-16le';
  if (bytes[0] === 0 && bytes[1] === 0x3c) return 'utf-16be';
  return undefined;
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, DECLARATION_LENGTH)).toString('latin1');
  return /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,39})["']/
    .exec(start)?.[1]
    ?.toLowerCase();
}

/** A declaration that can be read byte by byte cannot be in UTF-16 or UTF-32, whatever it says. */
function singleByte(declared: string | undefined): readonly string[] {
  return declared === undefined || /^(utf|ucs)/.test(declared) ? [] : [declared];
}

function sameEncoding(declared: string, used: string, bytes: Uint8Array): boolean {
  if (declared === used) return true;
  const ascii = bytes.every((byte) => byte < 0x80);
  return ascii && !/^(utf-?(16|32)|ucs)/.test(declared);
}

function tryDecode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    // A RangeError for a label nobody knows or a TypeError for bytes that do not fit: the next candidate is tried.
    return undefined;
  }
}
