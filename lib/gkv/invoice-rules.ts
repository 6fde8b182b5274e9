import { isCalendarDay } from './calendar-day.ts';
import { correctionNote } from './correction-reason.ts';
import { GkvMessageError, type GkvMessageErrorCode } from './gkv-message-error.ts';
import { isIk } from './ik.ts';
import type { DigaInvoice, InvoiceOptions, PostalAddress } from './invoice.ts';
import { isInvoiceNumber } from './invoice-number.ts';
import { isCents, isRate } from './price.ts';

/** One element of an e-mail address as XRechnung's rule BR-DE-28 has it; checked here so that no invoice breaks it. */
const EMAIL =
  /^[\w!#$%&"*+/=?^`{|}~-]+(?:\.[\w!#$%&"*+/=?^`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;

/**
 * Refuses an invoice that the receiving side would reject, before anything is written: forms, dates, amounts, VAT,
 * correction.
 * @throws GkvMessageError with a code beginning `RECHNUNG_`
 * @see dre0.sch, EN 16931 rules 1.3.7, XRechnung 2.2.0 rules
 */
export function checkInvoice(invoice: DigaInvoice, options: InvoiceOptions): void {
  const { seller, buyer, payee, item } = invoice;
  demand('RECHNUNG_NUMMER', 'number', isInvoiceNumber(invoice.number));
  demand('RECHNUNG_DATE', 'issueDate', isCalendarDay(invoice.issueDate));
  const day = invoice.tagDerLeistungserbringung;
  demand('RECHNUNG_DATE', 'tagDerLeistungserbringung', isCalendarDay(day));
  demand('RECHNUNG_IK', 'seller.ik', isIk(seller.ik));
  demand('RECHNUNG_IK', 'buyer.ik', isIk(buyer.ik));
  demand('RECHNUNG_IK', 'payee.ik', isIk(payee.ik) && payee.ik !== buyer.ik);
  demand('RECHNUNG_POSITION', 'item.digaVeId', /^[0-9]{8}$/.test(item.digaVeId));
  demand('RECHNUNG_POSITION', 'item.freischaltcode', /^[A-Z2-7]{16}$/.test(item.freischaltcode));
  checkAmounts(invoice, options);
  checkCorrection(invoice);
  demandText('seller.name', seller.name);
  demandText('seller.contact.name', seller.contact.name);
  demandText('seller.contact.phone', seller.contact.phone);
  demand('RECHNUNG_TEXT', 'seller.contact.phone', /(?:[0-9].*){3}/.test(seller.contact.phone));
  demandText('seller.contact.email', seller.contact.email);
  demand('RECHNUNG_TEXT', 'seller.contact.email', EMAIL.test(seller.contact.email));
  demand('RECHNUNG_TEXT', 'seller.vatId', /^[A-Z]{2}[A-Za-z0-9+*.]{2,13}$/.test(seller.vatId));
  demandAddress('seller.address', seller.address);
  demandText('buyer.name', buyer.name);
  demandAddress('buyer.address', buyer.address);
  demandText('payee.name', payee.name);
  demandText('item.name', item.name);
  if (item.description !== undefined) demandText('item.description', item.description, 1000);
  if (invoice.note !== undefined) demandText('note', invoice.note, 1000);
  if (options.profile !== undefined) demandText('profile', options.profile);
}

function checkAmounts({ netCents, vat }: DigaInvoice, options: InvoiceOptions): void {
  demand('RECHNUNG_AMOUNT', 'netCents', isCents(netCents));
  if (netCents === 0 && options.allowZeroAmount !== true)
    throw new GkvMessageError('RECHNUNG_ZERO');
  if (vat.category === 'S') {
    const { rateBasisPoints } = vat;
    demand('RECHNUNG_VAT', 'vat.rateBasisPoints', isRate(rateBasisPoints) && rateBasisPoints > 0);
  } else {
    demandText('vat.exemptionReason', vat.exemptionReason);
  }
}

function checkCorrection({ number, note, correction }: DigaInvoice): void {
  if (correction === undefined) return;
  const { originalNumber, reason } = correction;
  const code = 'RECHNUNG_KORREKTUR';
  demand(code, 'correction.originalNumber', isInvoiceNumber(originalNumber));
  demand(code, 'correction.originalNumber', originalNumber !== number);
  demand(code, 'correction.reason', correctionNote(reason) !== undefined);
  demand(code, 'note', note === undefined);
}

function demandAddress(path: string, address: PostalAddress): void {
  demandText(`${path}.postCode`, address.postCode);
  if (address.line !== undefined) demandText(`${path}.line`, address.line);
  demandText(`${path}.city`, address.city);
  demand('RECHNUNG_TEXT', `${path}.country`, /^[A-Z]{2}$/.test(address.country));
}

/** One line that is not blank: no control, format, private or unassigned characters. */
function demandText(path: string, text: string, max = 200): void {
  const printable = text.length <= max && text.trim() === text && /^\P{C}+$/u.test(text);
  demand('RECHNUNG_TEXT', path, printable);
}

function demand(code: GkvMessageErrorCode, path: string, fulfilled: boolean): void {
  if (!fulfilled) throw new GkvMessageError(code, { path });
}
