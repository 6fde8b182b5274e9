import type { Buyer } from './invoice.ts';
import type { Kostentraeger } from './kostentraeger.ts';

/** How an entry of the directory becomes the buyer of an invoice. */
export interface BuyerOptions {
  /** Which IK names the buyer; the two are mostly the same. Default `kostentraegerkennung`, as in production use. */
  readonly ik?: 'kostentraegerkennung' | 'ikRechnungsempfaenger';
  /** Text for post code and city where the directory has no address: both are mandatory in XRechnung. */
  readonly placeholder?: string;
}

/** Accepted by insurers for an address that the directory does not have. */
const PLACEHOLDER = 'Information Missing';

/**
 * The buyer (BG-7) of an invoice to this insurer.
 * @see XRechnung 2.2 rules BR-DE-8 and BR-DE-9
 */
export function buyerFromVerzeichnis(entry: Kostentraeger, options: BuyerOptions = {}): Buyer {
  const placeholder = options.placeholder ?? PLACEHOLDER;
  const line = [entry.strassePostfach, entry.hausnummerPostfachnummer]
    .filter((part) => part !== undefined)
    .join(' ');
  const rechnungsempfaenger =
    options.ik === 'ikRechnungsempfaenger' ? entry.ikRechnungsempfaenger : undefined;
  return {
    ik: rechnungsempfaenger ?? entry.kostentraegerkennung,
    name: entry.name,
    address: {
      postCode: entry.plz ?? placeholder,
      ...(line === '' ? {} : { line }),
      city: entry.ort ?? placeholder,
      country: 'DE',
    },
  };
}
