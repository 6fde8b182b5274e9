import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readXml } from '../../xml/read-xml.ts';
import { document, element } from '../../xml/write-xml.ts';
import { XmlError } from '../../xml/xml-error.ts';

const read = (text: string) => readXml(Buffer.from(text));

describe('XML 1.0 with namespaces', () => {
  test('resolves prefixes, default namespace, entities, CDATA and comments', () => {
    const root = read(
      '\uFEFF<?xml version="1.0"?><!-- c --><a xmlns="urn:x" xmlns:p="urn:y" k="1 &lt;" p:k="2">t&amp;<p:b/><![CDATA[<&]]><?pi ?>&#xe4;</a> ',
    );
    expect(root).toMatchObject({ namespace: 'urn:x', name: 'a', text: 't&<&ä' });
    expect(root.children.map(({ namespace, name }) => `${namespace} ${name}`)).toEqual(['urn:y b']);
    expect([...root.attributes]).toEqual([['k', '1 <']]);
  });

  test('decodes ISO-8859-1 and UTF-16 as declared', () => {
    const latin = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>ä</a>', 'latin1');
    expect(readXml(latin).text).toBe('ä');
    expect(readXml(Buffer.from('\uFEFF<a>ä</a>', 'utf16le')).text).toBe('ä');
  });

  test.each([
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a b="1" b="2"/>',
    '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>',
    '<p:a/>',
    '<a>&nbsp;</a>',
    '<a>&#0;</a>',
    '<a>& b</a>',
    '<a b="<"/>',
    '<a>]]></a>',
    '<a>\u0001</a>',
    '<!DOCTYPE a><a/>',
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    '<a b=1/>',
    '<?xml version="1.0" encoding="EBCDIC"?><a/>',
    `${'<a>'.repeat(70)}${'</a>'.repeat(70)}`,
    `<a>${'<b/>'.repeat(20_001)}</a>`,
  ])('refuses what is not well-formed, or too much', (text) => {
    expect(() => read(text)).toThrow(XmlError);
  });

  test('refuses bytes that are no UTF-8', () => {
    expect(() => readXml(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]))).toThrow(
      XmlError,
    );
  });

  test('reads back whatever is written', () => {
    const text = fc
      .string({ unit: 'binary' })
      .map((value) => value.replace(/[^\t\n\u0020-\uD7FF\uE000-\uFFFD]/g, ''));
    fc.assert(
      fc.property(text, text, (content, attribute) => {
        const root = readXml(document(element('a', { b: attribute }, content)));
        expect(root.text).toBe(content);
        expect(root.attributes.get('b')).toBe(attribute.replace(/[\t\n]/g, ' '));
      }),
    );
  });

  test('any text ends in a tree or in an XmlError', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<a',
        '>',
        '</a>',
        '/>',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '&amp;',
        '&#x',
        ' x="',
        '"',
        '<?',
        '?>',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 15 }), (pieces) => {
        try {
          read(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(XmlError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
