import { toFormat102 } from './calendar-day.ts';
import { correctionNote } from './correction-reason.ts';
import { type DigaInvoice, type InvoiceOptions, XRECHNUNG_2_2_EXTENSION } from './invoice.ts';
import { checkInvoice } from './invoice-rules.ts';
import { formatCents } from './price.ts';
import { headerAgreement } from './xrechnung-parties.ts';
import { headerSettlement, lineTax } from './xrechnung-settlement.ts';
import { writeXml, type XmlContent } from './xml-writer.ts';

const NAMESPACES = {
  '@xmlns:rsm': 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100',
  '@xmlns:ram':
    'urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100',
  '@xmlns:udt': 'urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100',
} as const;

/**
 * The bytes of a DiGA invoice (380) or corrected invoice (384) in UN/CEFACT CII D16B. The same invoice always gives the
 * same bytes, so that a retry repeats them and the hash in the insurer's report can be compared.
 * @throws GkvMessageError with a code beginning `RECHNUNG_`
 * @see GKV-SV Richtlinie nach § 302 Abs. 2 SGB V für DiGA, Technische Anlage 1; dre0.sch; XRechnung 2.2
 */
export function buildXRechnung(invoice: DigaInvoice, options: InvoiceOptions = {}): Uint8Array {
  checkInvoice(invoice, options);
  return writeXml('rsm:CrossIndustryInvoice', {
    ...NAMESPACES,
    'rsm:ExchangedDocumentContext': {
      'ram:GuidelineSpecifiedDocumentContextParameter': {
        'ram:ID': options.profile ?? XRECHNUNG_2_2_EXTENSION,
      },
    },
    'rsm:ExchangedDocument': document(invoice),
    'rsm:SupplyChainTradeTransaction': {
      'ram:IncludedSupplyChainTradeLineItem': lineItem(invoice),
      'ram:ApplicableHeaderTradeAgreement': headerAgreement(invoice),
      'ram:ApplicableHeaderTradeDelivery': {
        'ram:ActualDeliverySupplyChainEvent': {
          'ram:OccurrenceDateTime': day(invoice.tagDerLeistungserbringung),
        },
      },
      'ram:ApplicableHeaderTradeSettlement': headerSettlement(invoice),
    },
  });
}

function document({ number, issueDate, note, correction }: DigaInvoice): XmlContent {
  const content = correction === undefined ? note : correctionNote(correction.reason);
  return {
    'ram:ID': number,
    'ram:TypeCode': correction === undefined ? '380' : '384',
    'ram:IssueDateTime': day(issueDate),
    'ram:IncludedNote': content === undefined ? undefined : { 'ram:Content': content },
  };
}

function lineItem(invoice: DigaInvoice): XmlContent {
  const { item, netCents } = invoice;
  return {
    'ram:AssociatedDocumentLineDocument': { 'ram:LineID': '1' },
    'ram:SpecifiedTradeProduct': {
      'ram:GlobalID': { '@schemeID': 'XR01', '#': item.digaVeId },
      'ram:BuyerAssignedID': { '@schemeID': 'XR02', '#': item.freischaltcode },
      'ram:Name': item.name,
      'ram:Description': item.description,
    },
    'ram:SpecifiedLineTradeAgreement': {
      'ram:NetPriceProductTradePrice': { 'ram:ChargeAmount': formatCents(netCents) },
    },
    'ram:SpecifiedLineTradeDelivery': {
      'ram:BilledQuantity': { '@unitCode': 'C62', '#': '1' },
    },
    'ram:SpecifiedLineTradeSettlement': {
      'ram:ApplicableTradeTax': lineTax(invoice),
      'ram:SpecifiedTradeSettlementLineMonetarySummation': {
        'ram:LineTotalAmount': formatCents(netCents),
      },
    },
  };
}

function day(value: string): XmlContent {
  return { 'udt:DateTimeString': { '@format': '102', '#': toFormat102(value) } };
}
