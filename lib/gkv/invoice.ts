import type { CorrectionReason } from './correction-reason.ts';

/**
 * Specification identifier (BT-24) that the DiGA rules demand to the letter: XRechnung 2.2 with its extension, because
 * only the extension knows the scheme identifiers XR01 to XR03.
 * @see dre0.sch, rules DRE0-EDC-1 and DRE0-EDC-2
 */
export const XRECHNUNG_2_2_EXTENSION =
  'urn:cen.eu:en16931:2017#compliant#urn:xoev-de:kosit:standard:xrechnung_2.2#conformant#urn:xoev-de:kosit:extension:xrechnung_2.2';

/** Postal address. */
export interface PostalAddress {
  readonly postCode: string;
  /** Street and number; may be missing for an insurer. */
  readonly line?: string;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** Seller (BG-4): the manufacturer. */
export interface Seller {
  /** BT-29, scheme XR03. */
  readonly ik: string;
  /** BT-27. */
  readonly name: string;
  /** BG-6; all three are mandatory in XRechnung. */
  readonly contact: { readonly name: string; readonly phone: string; readonly email: string };
  /** BG-5. */
  readonly address: PostalAddress;
  /** BT-31, with country prefix. */
  readonly vatId: string;
}

/** Buyer (BG-7): the insurer. */
export interface Buyer {
  /** BT-46, scheme XR03. */
  readonly ik: string;
  /** BT-44. */
  readonly name: string;
  /** BG-8. */
  readonly address: PostalAddress;
}

/** Payee (BG-10): manufacturer, factoring or clearing service. Its account is the one registered for the IK. */
export interface Payee {
  /** BT-60, scheme XR03; never the insurer's. */
  readonly ik: string;
  /** BT-59. */
  readonly name: string;
}

/** VAT of the only line: standard rate, reverse charge, or exempt. */
export type InvoiceVat =
  | {
      readonly category: 'S';
      /** In hundredths of a percent, more than zero: 1900 is 19 %. */
      readonly rateBasisPoints: number;
    }
  | {
      readonly category: 'AE' | 'E';
      /** BT-120; mandatory by BR-AE-10 and BR-E-10. */
      readonly exemptionReason: string;
    };

/** The only line of the invoice: one prescription unit for one activation code. */
export interface InvoiceItem {
  /** BT-157, scheme XR01: eight digits, exactly as the verification returned it. */
  readonly digaVeId: string;
  /** BT-156, scheme XR02. */
  readonly freischaltcode: string;
  /** BT-153. */
  readonly name: string;
  /** BT-154. */
  readonly description?: string;
}

/** An invoice for one activation code. With `correction` its type is 384, without 380. */
export interface DigaInvoice {
  /** BT-1: 1 to 20 characters, the last a digit. */
  readonly number: string;
  /** BT-2, `YYYY-MM-DD`. */
  readonly issueDate: string;
  /** BT-22 of a 380; a 384 carries its reason there. */
  readonly note?: string;
  readonly correction?: {
    /** BT-25: number of the invoice that this one replaces. */
    readonly originalNumber: string;
    readonly reason: CorrectionReason;
  };
  readonly seller: Seller;
  readonly buyer: Buyer;
  readonly payee: Payee;
  readonly item: InvoiceItem;
  /** BT-72, German calendar day `YYYY-MM-DD` of the verification. */
  readonly tagDerLeistungserbringung: string;
  /** BT-146 and BT-131. A correction states the new full amount, not the difference. */
  readonly netCents: number;
  readonly vat: InvoiceVat;
}

/** What an operator decides about all invoices. */
export interface InvoiceOptions {
  /** BT-24; default {@link XRECHNUNG_2_2_EXTENSION}. */
  readonly profile?: string;
  /** Allow 0.00 EUR, the unconfirmed form of a cancellation; default false. */
  readonly allowZeroAmount?: boolean;
}
