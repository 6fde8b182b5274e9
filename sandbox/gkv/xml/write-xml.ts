/** Content of an element to write: text, or elements that are written already. */
type Content = string | readonly WrittenXml[];

/** XML text that {@link element} made; a type of its own, so that plain text cannot pass unescaped. */
export interface WrittenXml {
  readonly xml: string;
}

/** Writes an element; text and attribute values are escaped, attributes without value are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  content: Content = [],
): WrittenXml {
  const written = Object.entries(attributes)
    .flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${escape(value)}"`]))
    .join('');
  const inner =
    typeof content === 'string' ? escape(content) : content.map(({ xml }) => xml).join('');
  return {
    xml: inner === '' ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>`,
  };
}

/** A whole document as UTF-8 bytes. */
export function document(root: WrittenXml): Uint8Array {
  return new Uint8Array(Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${root.xml}\n`));
}

function escape(text: string): string {
  return (
    text
      // Characters that XML excludes cannot be written in any form.
      .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}
