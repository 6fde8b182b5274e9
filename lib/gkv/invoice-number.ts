import { GkvMessageError } from './gkv-message-error.ts';

/** How a manufacturer numbers its invoices. */
export interface InvoiceNumberFormat {
  /** Text before the number, such as `DG-2026-`. */
  readonly prefix: string;
  /** Digits of the running number, filled with zeros. */
  readonly digits: number;
}

/**
 * True for a number that the DiGA rules accept: 1 to 20 characters, the last a digit (DRE0-ED-1). Blanks and control
 * characters are not allowed here: the rules normalise them, so that two numbers could become one.
 */
export function isInvoiceNumber(number: string): boolean {
  return /^[^\s\p{C}]{0,19}[0-9]$/u.test(number);
}

/**
 * The invoice number of a running number.
 * @throws GkvMessageError RECHNUNG_NUMMER when the result breaks the rule, for instance because it became too long.
 */
export function invoiceNumberOf(format: InvoiceNumberFormat, running: number): string {
  const number = `${format.prefix}${String(running).padStart(format.digits, '0')}`;
  if (!Number.isSafeInteger(running) || running < 0 || !isInvoiceNumber(number)) {
    throw new GkvMessageError('RECHNUNG_NUMMER');
  }
  return number;
}
