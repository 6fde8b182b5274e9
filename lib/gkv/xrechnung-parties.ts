import type { Buyer, DigaInvoice, InvoiceVat, Payee, PostalAddress, Seller } from './invoice.ts';
import type { XmlContent } from './xml-writer.ts';

/** Scheme identifier of the XRechnung extension for an Institutionskennzeichen. */
const SCHEME_IK = 'XR03';

/** BT-10 is mandatory in XRechnung, but the GKV routes by IK: this literal text is agreed. */
const BUYER_REFERENCE = 'Leitweg-ID';

/** `ram:ApplicableHeaderTradeAgreement`: who sells to whom. */
export function headerAgreement(invoice: DigaInvoice): XmlContent {
  return {
    'ram:BuyerReference': BUYER_REFERENCE,
    'ram:SellerTradeParty': sellerParty(invoice.seller),
    'ram:BuyerTradeParty': buyerParty(invoice.buyer, invoice.vat),
  };
}

/** `ram:PayeeTradeParty`: whom to pay. */
export function payeeParty(payee: Payee): XmlContent {
  return { 'ram:ID': ikOf(payee.ik), 'ram:Name': payee.name };
}

function sellerParty(seller: Seller): XmlContent {
  return {
    'ram:ID': ikOf(seller.ik),
    'ram:Name': seller.name,
    'ram:DefinedTradeContact': {
      'ram:PersonName': seller.contact.name,
      'ram:TelephoneUniversalCommunication': { 'ram:CompleteNumber': seller.contact.phone },
      'ram:EmailURIUniversalCommunication': { 'ram:URIID': seller.contact.email },
    },
    'ram:PostalTradeAddress': address(seller.address),
    'ram:SpecifiedTaxRegistration': { 'ram:ID': { '@schemeID': 'VA', '#': seller.vatId } },
  };
}

/** Reverse charge needs a VAT or legal registration identifier of the buyer (BR-AE-02); insurers have their IK. */
function buyerParty(buyer: Buyer, vat: InvoiceVat): XmlContent {
  return {
    'ram:ID': ikOf(buyer.ik),
    'ram:Name': buyer.name,
    'ram:SpecifiedLegalOrganization':
      vat.category === 'AE'
        ? { 'ram:ID': ikOf(buyer.ik), 'ram:TradingBusinessName': buyer.name }
        : undefined,
    'ram:PostalTradeAddress': address(buyer.address),
  };
}

function address({ postCode, line, city, country }: PostalAddress): XmlContent {
  return {
    'ram:PostcodeCode': postCode,
    'ram:LineOne': line,
    'ram:CityName': city,
    'ram:CountryID': country,
  };
}

function ikOf(ik: string): XmlContent {
  return { '@schemeID': SCHEME_IK, '#': ik };
}
