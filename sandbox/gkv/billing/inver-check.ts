import { hasValidCheckCharacter } from '../check-digit.ts';
import type { CodeLedger } from '../codes/code-ledger.ts';
import { type Abrechnungsstelle, krankenkassen, prefixesOf } from '../sandbox-insurers.ts';
import type { Invoice } from './invoice.ts';
import type { Finding } from './rule.ts';

/** What the insurer knows beside the invoice. */
export interface InverContext {
  readonly ledger: CodeLedger;
  readonly abrechnungsstelle: Abrechnungsstelle;
  /** IK of the sender, proved by signature. */
  readonly sender: string;
  /** Payees accepted beside the sender. */
  readonly payeeIks: readonly string[];
}

/**
 * The insurer's business check (Rechnungsprüfung, step INVER): the code has been verified here by this manufacturer,
 * the invoice repeats what the verification answered, and nothing is billed twice.
 */
export function checkInver(invoice: Invoice, context: InverContext): readonly Finding[] {
  return [
    ...checkParties(invoice, context),
    ...checkCode(invoice, context),
    ...checkNumber(invoice, context),
  ].map(([text, xpath]) => ({ code: 'INVER-1', level: 'error' as const, text, xpath }));
}

type Objection = readonly [text: string, xpath: string];

const AGREEMENT =
  '/*:CrossIndustryInvoice/*:SupplyChainTradeTransaction/*:ApplicableHeaderTradeAgreement';
const SETTLEMENT =
  '/*:CrossIndustryInvoice/*:SupplyChainTradeTransaction/*:ApplicableHeaderTradeSettlement';
const PRODUCT = '//*:SpecifiedTradeProduct';

function* checkParties(invoice: Invoice, context: InverContext): Generator<Objection> {
  if (invoice.sellerIk !== context.sender) {
    yield [
      'Das IK des Rechnungsstellers ist nicht das des Absenders.',
      `${AGREEMENT}/*:SellerTradeParty/*:ID`,
    ];
  }
  if (![context.sender, ...context.payeeIks].includes(invoice.payeeIk)) {
    yield [
      'Das IK des Zahlungsempfängers ist nicht zugelassen.',
      `${SETTLEMENT}/*:PayeeTradeParty/*:ID`,
    ];
  }
  const buyer = krankenkassen.find(
    ({ kostentraegerkennung }) => kostentraegerkennung === invoice.buyerIk,
  );
  if (buyer?.abrechnungsstelle !== context.abrechnungsstelle) {
    yield [
      'Das IK der Krankenkasse gehört nicht zu dieser Abrechnungsstelle.',
      `${AGREEMENT}/*:BuyerTradeParty/*:ID`,
    ];
  } else if (!prefixesOf(buyer).includes(invoice.freischaltcode.slice(0, 2))) {
    yield ['Der Freischaltcode ist nicht von dieser Krankenkasse.', `${PRODUCT}/*:BuyerAssignedID`];
  }
}

function* checkCode(invoice: Invoice, { ledger, sender }: InverContext): Generator<Objection> {
  const code = `${PRODUCT}/*:BuyerAssignedID`;
  if (!hasValidCheckCharacter(invoice.freischaltcode)) {
    yield ['Die Prüfziffer des Freischaltcodes ist falsch.', code];
    return;
  }
  const issued = ledger.code(invoice.freischaltcode);
  if (issued === undefined) {
    yield ['Der Freischaltcode wurde nicht gefunden.', code];
    return;
  }
  if (issued.redeemedOn === undefined || issued.redeemedBy !== sender) {
    yield ['Der Freischaltcode wurde nicht vorher geprüft.', code];
    return;
  }
  if (issued.digaVeId !== invoice.digaVeId) {
    yield ['Die DiGA-VE-ID ist nicht die der Prüfung.', `${PRODUCT}/*:GlobalID`];
  }
  if (issued.redeemedOn.replaceAll('-', '') !== invoice.deliveryDate) {
    yield ['Der Tag der Leistungserbringung ist nicht der der Prüfung.', '//*:OccurrenceDateTime'];
  }
}

function* checkNumber(invoice: Invoice, context: InverContext): Generator<Objection> {
  const { ledger, sender } = context;
  const number = '/*:CrossIndustryInvoice/*:ExchangedDocument/*:ID';
  if (ledger.invoice(sender, invoice.number) !== undefined) {
    yield ['Die Rechnungsnummer ist schon für eine andere Rechnung verwendet.', number];
  }
  if (invoice.typeCode === '384') {
    const original = ledger.invoice(sender, invoice.originalNumber);
    if (original?.code !== invoice.freischaltcode) {
      yield [
        'Die Originalrechnung zu diesem Freischaltcode wurde nicht gefunden.',
        `${SETTLEMENT}/*:InvoiceReferencedDocument`,
      ];
    }
  } else if (ledger.invoicesFor(invoice.freischaltcode).length > 0) {
    yield ['Der Freischaltcode ist schon abgerechnet.', `${PRODUCT}/*:BuyerAssignedID`];
  }
}
