import { XmlError } from './xml-error.ts';

const LATIN1 = /^(?:iso-8859-1|latin1|us-ascii)$/i;

/**
 * Decodes the bytes of an XML document by byte order mark and declared encoding: UTF-8, UTF-16 with mark, ISO-8859-1.
 * @throws XmlError
 * @see https://www.w3.org/TR/xml/#charencoding
 */
export function decodeXml(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return strictly('utf-16le', bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return strictly('utf-16be', bytes);
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const declared = /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*?encoding\s*=\s*["']([^"']+)["']/.exec(
    head,
  )?.[1];
  if (declared === undefined || /^utf-?8$/i.test(declared)) return strictly('utf-8', bytes);
  if (LATIN1.test(declared)) return Buffer.from(bytes).toString('latin1');
  throw new XmlError('The declared encoding is not supported', 1);
}

function strictly(encoding: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new XmlError('The bytes are not in the declared encoding', 1);
  }
}
