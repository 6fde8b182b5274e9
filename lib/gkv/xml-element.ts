/** An element of a document that was read: names resolved, references resolved, text kept to the character. */
export interface XmlElement {
  /** Namespace name; empty when the element has none. */
  readonly namespace: string;
  /** Local name. */
  readonly name: string;
  /** Values by local name, or by `{namespace}local` for qualified ones; namespace declarations are not among them. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Character data directly in this element, concatenated. */
  readonly text: string;
}

/** The first child of that name. */
export function childOf(
  parent: XmlElement,
  namespace: string,
  name: string,
): XmlElement | undefined {
  return parent.children.find((child) => child.namespace === namespace && child.name === name);
}

/** All children of that name, in document order. */
export function childrenOf(
  parent: XmlElement,
  namespace: string,
  name: string,
): readonly XmlElement[] {
  return parent.children.filter((child) => child.namespace === namespace && child.name === name);
}

/** The text of the first child of that name, white space collapsed as for `xs:token`. */
export function tokenOf(parent: XmlElement, namespace: string, name: string): string | undefined {
  const child = childOf(parent, namespace, name);
  return child === undefined ? undefined : collapse(child.text);
}

/** White space processing `collapse` of XML Schema. @see https://www.w3.org/TR/xmlschema-2/#rf-whiteSpace */
export function collapse(text: string): string {
  return text.replace(/[\t\n\r ]+/g, ' ').replace(/^ | $/g, '');
}
