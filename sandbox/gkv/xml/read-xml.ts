import { decodeXml } from './decode-xml.ts';
import type { XmlElement } from './xml-element.ts';
import { XmlError } from './xml-error.ts';
import { XmlScanner } from './xml-scanner.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_ELEMENTS = 20_000;
const MAX_ATTRIBUTES = 64;
const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';

type Bindings = ReadonlyMap<string, string>;

interface Reading {
  readonly scanner: XmlScanner;
  elements: number;
}

/**
 * Reads a document into a tree. Document type declarations are refused, and with them every entity but the five
 * predefined ones.
 * @throws XmlError for what is not well-formed with namespaces, and over 4 MiB, 64 levels or 20,000 elements
 * @see https://www.w3.org/TR/xml/ https://www.w3.org/TR/xml-names/
 */
export function readXml(bytes: Uint8Array): XmlElement {
  if (bytes.byteLength > MAX_BYTES) throw new XmlError('The document is longer than 4 MiB', 1);
  const scanner = new XmlScanner(decodeXml(bytes));
  if (scanner.take('<?xml ')) scanner.until('?>');
  const reading = { scanner, elements: 0 };
  skipMiscellaneous(scanner);
  const root = readElement(reading, new Map([['xml', XML_NAMESPACE]]), 0);
  skipMiscellaneous(scanner);
  if (!scanner.atEnd) throw scanner.error('Something follows the root element');
  return root;
}

function skipMiscellaneous(scanner: XmlScanner): void {
  for (;;) {
    scanner.space();
    if (scanner.take('<!--')) scanner.until('-->');
    else if (scanner.take('<?')) scanner.until('?>');
    else return;
  }
}

function readElement(reading: Reading, outer: Bindings, depth: number): XmlElement {
  const { scanner } = reading;
  scanner.expect('<');
  reading.elements += 1;
  if (reading.elements > MAX_ELEMENTS) throw scanner.error('Too many elements');
  if (depth > MAX_DEPTH) throw scanner.error('Too deeply nested');
  const name = scanner.name();
  const raw = readAttributes(scanner);
  const bindings = bind(raw, outer, scanner);
  const element = {
    ...expand(name, bindings, true, scanner),
    attributes: plainAttributes(raw, bindings, scanner),
  };
  if (scanner.take('/>')) return { ...element, children: [], text: '' };
  scanner.expect('>');
  const content = readContent(reading, bindings, depth);
  if (scanner.name() !== name) throw scanner.error(`The end tag is not that of ${name}`);
  scanner.space();
  scanner.expect('>');
  return { ...element, ...content };
}

function readContent(
  reading: Reading,
  bindings: Bindings,
  depth: number,
): Pick<XmlElement, 'children' | 'text'> {
  const { scanner } = reading;
  const children: XmlElement[] = [];
  let text = '';
  for (;;) {
    text += scanner.characters();
    if (scanner.atEnd) throw scanner.error('The document ends within an element');
    if (scanner.take('</')) return { children, text };
    if (scanner.take('<!--')) scanner.until('-->');
    else if (scanner.take('<![CDATA[')) text += scanner.until(']]>');
    else if (scanner.take('<?')) scanner.until('?>');
    else children.push(readElement(reading, bindings, depth + 1));
  }
}

function readAttributes(scanner: XmlScanner): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  while (scanner.space()) {
    if (scanner.sees('>') || scanner.sees('/')) break;
    const name = scanner.name();
    scanner.space();
    scanner.expect('=');
    scanner.space();
    if (attributes.has(name)) throw scanner.error(`The attribute ${name} is there twice`);
    attributes.set(name, scanner.attributeValue());
    if (attributes.size > MAX_ATTRIBUTES) throw scanner.error('Too many attributes');
  }
  return attributes;
}

function bind(raw: ReadonlyMap<string, string>, outer: Bindings, scanner: XmlScanner): Bindings {
  const declared = [...raw].filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  if (declared.length === 0) return outer;
  const bindings = new Map(outer);
  for (const [name, value] of declared) {
    const prefix = name === 'xmlns' ? '' : name.slice('xmlns:'.length);
    if (prefix !== '' && value === '') throw scanner.error(`The prefix ${prefix} is undeclared`);
    bindings.set(prefix, value);
  }
  return bindings;
}

function expand(
  qualified: string,
  bindings: Bindings,
  useDefault: boolean,
  scanner: XmlScanner,
): { readonly namespace: string; readonly name: string } {
  const colon = qualified.indexOf(':');
  if (colon < 0) {
    return { namespace: useDefault ? (bindings.get('') ?? '') : '', name: qualified };
  }
  const namespace = bindings.get(qualified.slice(0, colon));
  if (namespace === undefined) throw scanner.error('A prefix is not declared');
  return { namespace, name: qualified.slice(colon + 1) };
}

function plainAttributes(
  raw: ReadonlyMap<string, string>,
  bindings: Bindings,
  scanner: XmlScanner,
): ReadonlyMap<string, string> {
  const seen = new Set<string>();
  const plain = new Map<string, string>();
  for (const [qualified, value] of raw) {
    if (qualified === 'xmlns' || qualified.startsWith('xmlns:')) continue;
    const { namespace, name } = expand(qualified, bindings, false, scanner);
    const expanded = `{${namespace}}${name}`;
    if (seen.has(expanded)) throw scanner.error(`The attribute ${name} is there twice`);
    seen.add(expanded);
    if (namespace === '') plain.set(name, value);
  }
  return plain;
}
