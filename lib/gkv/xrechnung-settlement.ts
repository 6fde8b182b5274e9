import type { DigaInvoice } from './invoice.ts';
import { formatCents, formatRate, type Price, priceFromNet } from './price.ts';
import { payeeParty } from './xrechnung-parties.ts';
import type { XmlContent } from './xml-writer.ts';

const CURRENCY = 'EUR';

/** UNTDID 4461 code 57, standing agreement: no bank details, the account is the one registered for the payee's IK. */
const PAYMENT_MEANS = '57';

/** Net amount, VAT and gross amount of an invoice, in cents. */
export function invoicePrice({ netCents, vat }: DigaInvoice): Price {
  return priceFromNet(netCents, vat.category === 'S' ? vat.rateBasisPoints : 0);
}

/** VAT of the line: category and rate. */
export function lineTax({ vat }: DigaInvoice): XmlContent {
  return {
    'ram:TypeCode': 'VAT',
    'ram:CategoryCode': vat.category,
    'ram:RateApplicablePercent': formatRate(vat.category === 'S' ? vat.rateBasisPoints : 0),
  };
}

/**
 * `ram:ApplicableHeaderTradeSettlement`: payee, VAT breakdown, totals. The payment terms are there and empty: without
 * them BR-CO-25 fails, with a text or due date DRE0-STPT-1 and DRE0-STPT-2 do.
 */
export function headerSettlement(invoice: DigaInvoice): XmlContent {
  const price = invoicePrice(invoice);
  const { vat, correction } = invoice;
  return {
    'ram:InvoiceCurrencyCode': CURRENCY,
    'ram:PayeeTradeParty': payeeParty(invoice.payee),
    'ram:SpecifiedTradeSettlementPaymentMeans': { 'ram:TypeCode': PAYMENT_MEANS },
    'ram:ApplicableTradeTax': {
      'ram:CalculatedAmount': formatCents(price.vatCents),
      'ram:TypeCode': 'VAT',
      'ram:ExemptionReason': vat.category === 'S' ? undefined : vat.exemptionReason,
      'ram:BasisAmount': formatCents(price.netCents),
      'ram:CategoryCode': vat.category,
      'ram:RateApplicablePercent': formatRate(price.rateBasisPoints),
    },
    'ram:SpecifiedTradePaymentTerms': { 'ram:Description': '' },
    'ram:SpecifiedTradeSettlementHeaderMonetarySummation': {
      'ram:LineTotalAmount': formatCents(price.netCents),
      'ram:TaxBasisTotalAmount': formatCents(price.netCents),
      'ram:TaxTotalAmount': { '@currencyID': CURRENCY, '#': formatCents(price.vatCents) },
      'ram:GrandTotalAmount': formatCents(price.grossCents),
      'ram:DuePayableAmount': formatCents(price.grossCents),
    },
    'ram:InvoiceReferencedDocument':
      correction === undefined ? undefined : { 'ram:IssuerAssignedID': correction.originalNumber },
  };
}
