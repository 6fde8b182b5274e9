import { create } from 'xmlbuilder2';

/** Content of an element to write: text, attributes (`@name`), child elements in order, repeated ones as a list. */
export interface XmlContent {
  readonly [name: string]: XmlValue | undefined;
}

/** Text, content with its own names, or a list of either for a repeated element. */
export type XmlValue = string | XmlContent | readonly (string | XmlContent)[];

/**
 * Writes a document as UTF-8 bytes. The same content always gives the same bytes: order as given, two blanks of
 * indentation, LF, no byte order mark, one LF at the end. Names whose value is undefined are left out.
 */
export function writeXml(root: string, content: XmlContent): Uint8Array {
  const document = create(
    { version: '1.0', encoding: 'UTF-8' },
    { [root]: withoutUndefined(content) },
  );
  const text = document.end({ prettyPrint: true, indent: '  ', newline: '\n', wellFormed: true });
  return new TextEncoder().encode(`${text}\n`);
}

function withoutUndefined(content: XmlContent): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(content)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, plain(value)]),
  );
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'object' && value !== null
    ? withoutUndefined(value as XmlContent)
    : value;
}
