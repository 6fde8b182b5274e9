/** An element of a document, namespaces resolved. */
export interface XmlElement {
  /** Namespace name, empty for none. */
  readonly namespace: string;
  readonly name: string;
  /** Attributes without namespace, by name. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Character data of this element alone, concatenated. */
  readonly text: string;
}

/** Prefixes that paths may use. */
const PREFIXES: Readonly<Record<string, string>> = {
  dfc: 'http://www.gkv-datenaustausch.de/XML-Schema/EDFC0_Pruefung/3.0',
  rsm: 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100',
  ram: 'urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100',
  udt: 'urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100',
};

/** Elements at a path of child steps such as `ram:SellerTradeParty/ram:ID`, in document order. */
export function select(from: XmlElement, path: string): readonly XmlElement[] {
  return path.split('/').reduce<readonly XmlElement[]>(
    (elements, step) => {
      const [prefix = '', name = ''] = step.split(':');
      const namespace = PREFIXES[prefix];
      if (namespace === undefined) throw new TypeError(`Unknown prefix in path: ${prefix}`);
      return elements.flatMap((element) =>
        element.children.filter((child) => child.name === name && child.namespace === namespace),
      );
    },
    [from],
  );
}

/** Every element below (and with) one that has this prefixed name. */
export function descendants(from: XmlElement, step: string): readonly XmlElement[] {
  return [...select(from, step), ...from.children.flatMap((child) => descendants(child, step))];
}

/** Character data with white space normalised, as XPath's `normalize-space`. */
export function normalized(element: XmlElement | undefined): string {
  return (element?.text ?? '').replace(/[ \t\r\n]+/g, ' ').trim();
}

/** Normalised text at a path, when exactly one element is there; else empty. */
export function textAt(from: XmlElement, path: string): string {
  const found = select(from, path);
  return found.length === 1 ? normalized(found[0]) : '';
}
