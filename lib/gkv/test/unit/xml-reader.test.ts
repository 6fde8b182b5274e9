import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isGkvMessageError } from '../../gkv-message-error.ts';
import type { XmlElement } from '../../xml-element.ts';
import { readXml } from '../../xml-reader.ts';
import { writeXml } from '../../xml-writer.ts';
import { bytesOf, codeOf } from '../support/sample.ts';

const LIMITS = { maxBytes: 100_000 };

function read(text: string): XmlElement {
  return readXml(bytesOf(text), LIMITS).root;
}

describe('XML reader', () => {
  test('namespaces are resolved, whatever the prefixes', () => {
    const root = read(
      '<a:r xmlns:a="urn:a" xmlns="urn:b" x="1" a:x="2"><c/><a:c xmlns:a="urn:c"/></a:r>',
    );
    expect(root.namespace).toBe('urn:a');
    expect([...root.attributes]).toEqual([
      ['x', '1'],
      ['{urn:a}x', '2'],
    ]);
    expect(root.children.map((child) => child.namespace)).toEqual(['urn:b', 'urn:c']);
  });

  test('text is kept to the character, numbers stay text, references and CDATA are resolved once', () => {
    expect(read('<r> 007 </r>').text).toBe(' 007 ');
    expect(read('<r>1e5</r>').text).toBe('1e5');
    expect(read('<r>&lt;&amp;lt;&#228;&#xE4;</r>').text).toBe('<&lt;ää');
    expect(read('<r>a<![CDATA[<b>&amp;]]>c<!-- no -->d</r>').text).toBe('a<b>&amp;cd');
    expect(read('<r x=" a\tb&#9;&quot;"/>').attributes.get('x')).toBe(' a b\t"');
  });

  test('a DOCTYPE is refused wherever it stands, so there is no entity to expand', () => {
    for (const text of [
      '<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>',
      '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
      '<r><!ENTITY a "b"></r>',
      '<!-- x --><!DOCTYPE r><r/>',
    ]) {
      expect(codeOf(() => read(text))).toBe('XML_DOCTYPE');
    }
    expect(read('<r><!-- <!DOCTYPE r> --><![CDATA[<!DOCTYPE r>]]></r>').text).toBe('<!DOCTYPE r>');
  });

  test('an entity that nobody declared is an error, not text', () => {
    expect(codeOf(() => read('<r>&nbsp;</r>'))).toBe('XML_ENTITY');
    expect(codeOf(() => read('<r x="&auml;"/>'))).toBe('XML_ENTITY');
    expect(codeOf(() => read('<r>&constructor;</r>'))).toBe('XML_ENTITY');
  });

  test('characters that XML does not know are refused, also as references', () => {
    expect(codeOf(() => read('<r>\u0001</r>'))).toBe('XML_CHARACTER');
    expect(codeOf(() => read('<r>&#0;</r>'))).toBe('XML_CHARACTER');
    expect(codeOf(() => read('<r>&#xD800;</r>'))).toBe('XML_CHARACTER');
    expect(codeOf(() => read('<r>&#x110000;</r>'))).toBe('XML_CHARACTER');
  });

  test('what is not well-formed is refused', () => {
    for (const text of [
      'no xml',
      '<r>',
      '<r></s>',
      '<r/><r/>',
      '<r x="1" x="2"/>',
      '<r x=1/>',
      '<r>a & b</r>',
      '<r><!-- -- --></r>',
      '<r><![CDATA[ </r>',
      '<r><!-- </r>',
      '<r x="<"/>',
    ]) {
      expect(codeOf(() => read(text))).toBe('XML_NOT_WELL_FORMED');
    }
  });

  test('undeclared prefixes and attributes that are equal by namespace are refused', () => {
    expect(codeOf(() => read('<a:r/>'))).toBe('XML_NAMESPACE');
    expect(codeOf(() => read('<r a:x="1"/>'))).toBe('XML_NAMESPACE');
    expect(codeOf(() => read('<r xmlns:a="u" xmlns:b="u" a:x="1" b:x="2"/>'))).toBe(
      'XML_NAMESPACE',
    );
  });

  test('size and depth are bounded', () => {
    expect(codeOf(() => readXml(bytesOf('<r/>'), { maxBytes: 3 }))).toBe('XML_TOO_LARGE');
    expect(codeOf(() => readXml(new Uint8Array(), LIMITS))).toBe('XML_EMPTY');
    const deep = (levels: number): string => '<r>'.repeat(levels) + '</r>'.repeat(levels);
    expect(read(deep(60)).children).toHaveLength(1);
    expect(codeOf(() => read(deep(5000)))).toBe('XML_TOO_DEEP');
  });

  test('an error carries no content of the document', () => {
    const secret = '77AAAAAAAAAAAAAX';
    for (const text of [
      `<r><${secret}></r>`,
      `<r>&${secret};</r>`,
      `<r ${secret}/>`,
      `<r>${secret}`,
    ]) {
      try {
        read(text);
        throw new Error('not refused');
      } catch (error) {
        expect(isGkvMessageError(error)).toBe(true);
        expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(secret);
        expect((error as Error).cause).toBeUndefined();
      }
    }
  });

  test('arbitrary bytes cause nothing but GkvMessageErrors', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 5 }),
        fc.constantFrom(
          '<r>',
          '</r>',
          '<r',
          '/>',
          '&',
          ';',
          '<!--',
          '-->',
          '<![CDATA[',
          ']]>',
          '<?',
          '?>',
          'xmlns:a="',
          '"',
          '=',
        ),
        fc.constantFrom('__proto__', 'constructor', '#text', ':@', '&#x', '<!DOCTYPE', ' '),
      ),
      { maxLength: 25 },
    );
    const inputs = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      pieces.map((parts) => bytesOf(parts.join(''))),
      pieces.map((parts) => bytesOf(`<r>${parts.join('')}</r>`)),
    );
    fc.assert(
      fc.property(inputs, (bytes) => {
        try {
          expect(readXml(bytes, LIMITS).root.name).not.toBe('');
        } catch (error) {
          if (!isGkvMessageError(error)) throw error;
          expect(error.code).toMatch(/^XML_/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('what is written is read back to the character', () => {
    const char = fc.oneof(
      fc.constantFrom('<', '>', '&', '"', "'", ' ', 'ä', '€', '😀', ']]>'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    );
    const texts = fc
      .array(char, { minLength: 1, maxLength: 20 })
      .map((parts) => parts.join(''))
      .filter((text) => /^\P{C}+$/u.test(text));
    fc.assert(
      fc.property(texts, texts, (text, attribute) => {
        const { root } = readXml(writeXml('r', { '@a': attribute, b: text }), LIMITS);
        expect(root.attributes.get('a')).toBe(attribute);
        expect(root.children[0]?.text).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});
