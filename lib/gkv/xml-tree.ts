import { GkvMessageError } from './gkv-message-error.ts';
import type { XmlElement } from './xml-element.ts';
import { resolveReferences } from './xml-text.ts';

/** What fast-xml-parser yields with `preserveOrder`: one key for name, `#text` or `#cdata`, and `:@` for attributes. */
type OrderedNode = Readonly<Record<string, unknown>>;

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';

type Scope = ReadonlyMap<string, string>;

/**
 * Builds the element tree from the parser's nodes and resolves namespaces, which the parser does not.
 * @throws GkvMessageError XML_NAMESPACE, XML_ENTITY, XML_CHARACTER, XML_NOT_WELL_FORMED
 * @see https://www.w3.org/TR/xml-names/
 */
export function treeOf(nodes: unknown): XmlElement {
  const roots = childNodes(nodes).filter((node) => !isText(nameOf(node)));
  const root = roots[0];
  if (root === undefined || roots.length > 1) throw new GkvMessageError('XML_NOT_WELL_FORMED');
  return elementOf(root, new Map([['xml', XML_NAMESPACE]]));
}

function elementOf(node: OrderedNode, outer: Scope): XmlElement {
  const qualified = nameOf(node);
  const raw = rawAttributes(node);
  const scope = scopeOf(raw, outer);
  const [namespace, name] = resolveName(qualified, scope, true);
  const children: XmlElement[] = [];
  let text = '';
  for (const child of childNodes(node[qualified])) {
    const key = nameOf(child);
    if (key === '#text') text += resolveReferences(stringOf(child[key]));
    else if (key === '#cdata') text += stringOf(childNodes(child[key])[0]?.['#text'] ?? '');
    else children.push(elementOf(child, scope));
  }
  return { namespace, name, attributes: attributesOf(raw, scope), children, text };
}

function scopeOf(raw: readonly (readonly [string, string])[], outer: Scope): Scope {
  const declarations = raw.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  if (declarations.length === 0) return outer;
  const scope = new Map(outer);
  for (const [name, value] of declarations) {
    const prefix = name === 'xmlns' ? '' : name.slice('xmlns:'.length);
    const empty = prefix !== '' && value === '';
    if (empty || prefix === 'xml' || prefix === 'xmlns') throw new GkvMessageError('XML_NAMESPACE');
    scope.set(prefix, value);
  }
  return scope;
}

function attributesOf(
  raw: readonly (readonly [string, string])[],
  scope: Scope,
): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [qualified, value] of raw) {
    if (qualified === 'xmlns' || qualified.startsWith('xmlns:')) continue;
    const [namespace, name] = resolveName(qualified, scope, false);
    const key = namespace === '' ? name : `{${namespace}}${name}`;
    if (attributes.has(key)) throw new GkvMessageError('XML_NAMESPACE');
    attributes.set(key, value);
  }
  return attributes;
}

function resolveName(
  qualified: string,
  scope: Scope,
  isElement: boolean,
): readonly [string, string] {
  const parts = qualified.split(':');
  const [first, second] = parts;
  if (first === undefined || parts.length > 2 || parts.includes('')) {
    throw new GkvMessageError('XML_NAMESPACE');
  }
  if (second === undefined) return [isElement ? (scope.get('') ?? '') : '', first];
  const namespace = scope.get(first);
  if (namespace === undefined) throw new GkvMessageError('XML_NAMESPACE');
  return [namespace, second];
}

function rawAttributes(node: OrderedNode): readonly (readonly [string, string])[] {
  const raw = node[':@'];
  if (typeof raw !== 'object' || raw === null) return [];
  return Object.entries(raw).map(([name, value]) => [name, attributeValue(stringOf(value))]);
}

/** Attribute-value normalisation: written white space becomes a blank, referenced white space stays. */
function attributeValue(raw: string): string {
  if (raw.includes('<')) throw new GkvMessageError('XML_NOT_WELL_FORMED');
  return resolveReferences(raw.replace(/[\t\n\r]/g, ' '));
}

function childNodes(value: unknown): readonly OrderedNode[] {
  return Array.isArray(value) ? value.filter(isOrderedNode) : [];
}

function isOrderedNode(value: unknown): value is OrderedNode {
  return typeof value === 'object' && value !== null;
}

function nameOf(node: OrderedNode): string {
  const name = Object.keys(node).find((key) => key !== ':@');
  if (name === undefined) throw new GkvMessageError('XML_NOT_WELL_FORMED');
  return name;
}

function isText(name: string): boolean {
  return name === '#text' || name === '#cdata';
}

function stringOf(value: unknown): string {
  if (typeof value !== 'string') throw new GkvMessageError('XML_NOT_WELL_FORMED');
  return value;
}
