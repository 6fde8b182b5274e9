import { select, type XmlElement } from '../xml/xml-element.ts';
import { at } from './invoice.ts';
import type { Finding } from './rule.ts';

const ROOT_CHILDREN = [
  'ExchangedDocumentContext',
  'ExchangedDocument',
  'SupplyChainTradeTransaction',
];
const HEADERS = [
  'ApplicableHeaderTradeAgreement',
  'ApplicableHeaderTradeDelivery',
  'ApplicableHeaderTradeSettlement',
];
const SCHEMA_NAMESPACES: ReadonlySet<string> = new Set(
  [
    'CrossIndustryInvoice',
    'ReusableAggregateBusinessInformationEntity',
    'UnqualifiedDataType',
    'QualifiedDataType',
  ].map((name) => `urn:un:unece:uncefact:data:standard:${name}:100`),
);

/**
 * The frame that the CII D16B schema demands: order of the three parts, the three headers after the lines, no foreign
 * namespaces. The step val-xsd uses this when the published schema is not at hand; it is far weaker.
 */
export function checkInvoiceStructure(root: XmlElement): readonly Finding[] {
  const order = root.children.map(({ name }) => name).join(' ');
  const [transaction] = select(root, at.transaction);
  const headers = (transaction?.children ?? [])
    .map(({ name }) => name)
    .filter((name) => name !== 'IncludedSupplyChainTradeLineItem')
    .join(' ');
  return [
    ...(order === ROOT_CHILDREN.join(' ') ? [] : [finding('Die Teile der Rechnung sind falsch')]),
    ...(headers === HEADERS.join(' ') ? [] : [finding('Die Köpfe der Rechnung sind falsch')]),
    ...(hasForeignNamespace(root) ? [finding('Ein Element gehört nicht zum Schema')] : []),
  ];
}

function hasForeignNamespace(element: XmlElement): boolean {
  return !SCHEMA_NAMESPACES.has(element.namespace) || element.children.some(hasForeignNamespace);
}

function finding(text: string): Finding {
  return { code: 'cvc-structure', level: 'error', text, line: 1 };
}
