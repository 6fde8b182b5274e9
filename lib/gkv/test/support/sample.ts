import type { DigaInvoice } from '../../invoice.ts';
import { type GkvMessageErrorCode, isGkvMessageError } from '../../gkv-message-error.ts';

/** An invoice over 200.00 EUR with 19 % VAT; nothing in it belongs to a real person or institution. */
export const INVOICE: DigaInvoice = {
  number: 'DG-2026-000017',
  issueDate: '2026-03-02',
  seller: {
    ik: '123456789',
    name: 'Beispiel DiGA GmbH',
    contact: { name: 'Erika Musterfrau', phone: '+49 30 0000000', email: 'abrechnung@example.org' },
    address: { postCode: '10115', line: 'Beispielweg 1', city: 'Berlin', country: 'DE' },
    vatId: 'DE123456789',
  },
  buyer: {
    ik: '109999993',
    name: 'Beispiel Krankenkasse',
    address: { postCode: '20095', line: 'Kassenplatz 2', city: 'Hamburg', country: 'DE' },
  },
  payee: { ik: '123456789', name: 'Beispiel DiGA GmbH' },
  item: {
    digaVeId: '12345000',
    freischaltcode: '77AAAAAAAAAAAAAX',
    name: 'Beispiel-DiGA',
    description: 'Beispiel-DiGA, 90 Tage',
  },
  tagDerLeistungserbringung: '2026-02-27',
  netCents: 20_000,
  vat: { category: 'S', rateBasisPoints: 1900 },
};

/** The code of the error that an action throws; fails when it throws nothing or something else. */
export function codeOf(action: () => unknown): GkvMessageErrorCode {
  try {
    action();
  } catch (error) {
    if (isGkvMessageError(error)) return error.code;
    throw error;
  }
  throw new Error('The action threw nothing');
}

/** Text as the UTF-8 bytes of a document. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
