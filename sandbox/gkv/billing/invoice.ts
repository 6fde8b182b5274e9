import { select, textAt, type XmlElement } from '../xml/xml-element.ts';

/** What the insurer's own check reads from an invoice. */
export interface Invoice {
  readonly number: string;
  /** `380` or `384`. */
  readonly typeCode: string;
  /** `YYYYMMDD`. */
  readonly issueDate: string;
  readonly seller: string;
  readonly sellerIk: string;
  readonly buyerIk: string;
  readonly payeeIk: string;
  readonly digaVeId: string;
  readonly freischaltcode: string;
  /** `YYYYMMDD`. */
  readonly deliveryDate: string;
  /** Number of the original invoice, of a correction. */
  readonly originalNumber: string;
}

/** Paths of the parts of an invoice, below the root. */
export const at = {
  document: 'rsm:ExchangedDocument',
  transaction: 'rsm:SupplyChainTradeTransaction',
  agreement: 'rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement',
  delivery: 'rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeDelivery',
  settlement: 'rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement',
  line: 'rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem',
} as const;

/** Path of the delivery date below the header's delivery. */
export const DELIVERY_DATE =
  'ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString';
/** Path of the delivery date below a line's product. */
export const SELL_BY_DATE =
  'ram:SpecifiedTradeProduct/ram:IndividualTradeProductInstance/ram:SellByDateTime/udt:DateTimeString';

/** Reads an invoice; what is absent is empty. */
export function readInvoice(root: XmlElement): Invoice {
  const text = (path: string): string => textAt(root, path);
  return {
    number: text(`${at.document}/ram:ID`),
    typeCode: text(`${at.document}/ram:TypeCode`),
    issueDate: text(`${at.document}/ram:IssueDateTime/udt:DateTimeString`),
    seller: text(`${at.agreement}/ram:SellerTradeParty/ram:Name`),
    sellerIk: text(`${at.agreement}/ram:SellerTradeParty/ram:ID`),
    buyerIk: text(`${at.agreement}/ram:BuyerTradeParty/ram:ID`),
    payeeIk: text(`${at.settlement}/ram:PayeeTradeParty/ram:ID`),
    digaVeId: text(`${at.line}/ram:SpecifiedTradeProduct/ram:GlobalID`),
    freischaltcode: text(`${at.line}/ram:SpecifiedTradeProduct/ram:BuyerAssignedID`),
    deliveryDate: text(`${at.delivery}/${DELIVERY_DATE}`) || text(`${at.line}/${SELL_BY_DATE}`),
    originalNumber: text(`${at.settlement}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID`),
  };
}

/** Whether the KoSIT scenario of DiGA invoices takes this document. */
export function isDigaInvoice(root: XmlElement): boolean {
  const guideline = select(
    root,
    'rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID',
  );
  return (
    root.name === 'CrossIndustryInvoice' &&
    root.namespace === 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100' &&
    (guideline[0]?.text ?? '')
      .trim()
      .startsWith('urn:cen.eu:en16931:2017#compliant#urn:xoev-de:kosit:standard:xrechnung')
  );
}
