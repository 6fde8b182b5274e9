import { describe, expect, test } from '@jest/globals';
import { decodeXml } from '../../xml-decode.ts';
import { bytesOf, codeOf } from '../support/sample.ts';

function declared(encoding: string): string {
  return `<?xml version="1.0" encoding="${encoding}"?><r>ä</r>`;
}

function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

describe('encoding of a document', () => {
  test('UTF-8 bytes are UTF-8 although the declaration says ISO-8859-1', () => {
    const { text, encoding, declarationWrong } = decodeXml(bytesOf(declared('ISO-8859-1')));
    expect([text.at(-5), encoding, declarationWrong]).toEqual(['ä', 'utf-8', true]);
  });

  test('ISO-8859-1 bytes are read although the declaration says UTF-8', () => {
    const { text, declarationWrong } = decodeXml(latin1(declared('UTF-8')));
    expect([text.at(-5), declarationWrong]).toEqual(['ä', true]);
  });

  test('a declaration that is right is used and not complained about', () => {
    expect(decodeXml(latin1(declared('ISO-8859-15')))).toMatchObject({
      encoding: 'iso-8859-15',
      declarationWrong: false,
    });
    expect(decodeXml(bytesOf(declared('utf-8'))).declarationWrong).toBe(false);
    const ascii = '<?xml version="1.0" encoding="ISO-8859-1"?><r/>';
    expect(decodeXml(bytesOf(ascii)).declarationWrong).toBe(false);
  });

  test('an encoding nobody knows and UTF-16 on single bytes do not stop reading', () => {
    expect(decodeXml(bytesOf(declared('x-unknown'))).text).toContain('ä');
    expect(decodeXml(bytesOf(declared('UTF-16')))).toMatchObject({ declarationWrong: true });
  });

  test('a byte order mark decides and is removed', () => {
    expect(decodeXml(bytesOf('\ufeff<r>ä</r>')).text).toBe('<r>ä</r>');
    const wide = new Uint8Array(Buffer.from('\ufeff<r>ä</r>', 'utf16le'));
    expect(decodeXml(wide)).toMatchObject({ text: '<r>ä</r>', encoding: 'utf-16le' });
    const unmarked = new Uint8Array(Buffer.from('<r>ä</r>', 'utf16le'));
    expect(decodeXml(unmarked).text).toBe('<r>ä</r>');
  });

  test('bytes that contradict their mark are refused', () => {
    expect(codeOf(() => decodeXml(new Uint8Array([0xef, 0xbb, 0xbf, 0xff])))).toBe('XML_ENCODING');
  });
});
