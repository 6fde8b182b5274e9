/** Largest amount in cents; a DiGA costs some hundred euros. */
export const MAX_CENTS = 99_999_999;

/** A price with its value-added tax, in whole cents. */
export interface Price {
  readonly netCents: number;
  readonly vatCents: number;
  readonly grossCents: number;
  /** Rate in hundredths of a percent: 1900 is 19 %. */
  readonly rateBasisPoints: number;
}

/** The outcome of {@link priceFromGross}. */
export type GrossPrice =
  | { readonly exact: true; readonly price: Price }
  | { readonly exact: false; readonly below: Price; readonly above: Price };

/**
 * Net price with the tax on it. Half a cent is rounded up: EN 16931 rule BR-S-09 computes with XPath `round` and allows
 * no difference, so commercial rounding to even would be rejected.
 * @throws TypeError when net or rate are not whole numbers in their range.
 */
export function priceFromNet(netCents: number, rateBasisPoints: number): Price {
  demandCents(netCents);
  demandRate(rateBasisPoints);
  const vatCents = Math.floor((netCents * rateBasisPoints + 5000) / 10000);
  return { netCents, vatCents, grossCents: netCents + vatCents, rateBasisPoints };
}

/**
 * The net price whose gross price is exactly the listed one. About every sixth gross amount at 19 % has none, because net
 * and tax are both rounded to cents; then the two neighbours are given, and a person decides which one the price table
 * shall hold.
 * @throws TypeError when gross or rate are not whole numbers in their range.
 */
export function priceFromGross(grossCents: number, rateBasisPoints: number): GrossPrice {
  demandCents(grossCents);
  demandRate(rateBasisPoints);
  let netCents = Math.floor((grossCents * 10000) / (10000 + rateBasisPoints));
  while (priceFromNet(netCents, rateBasisPoints).grossCents > grossCents) netCents -= 1;
  while (priceFromNet(netCents + 1, rateBasisPoints).grossCents <= grossCents) netCents += 1;
  const price = priceFromNet(netCents, rateBasisPoints);
  if (price.grossCents === grossCents) return { exact: true, price };
  return { exact: false, below: price, above: priceFromNet(netCents + 1, rateBasisPoints) };
}

/** Cents as a decimal number with two places, as invoices write amounts. */
export function formatCents(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

/** A rate in hundredths of a percent without needless zeros: 1900 is `19`, 750 is `7.5`. */
export function formatRate(rateBasisPoints: number): string {
  const places = String(rateBasisPoints % 100)
    .padStart(2, '0')
    .replace(/0{1,2}$/, '');
  const whole = String(Math.floor(rateBasisPoints / 100));
  return places === '' ? whole : `${whole}.${places}`;
}

/** True for a whole number of cents from 0 to {@link MAX_CENTS}. */
export function isCents(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= MAX_CENTS;
}

/** True for a rate from 0 to 100 %, in hundredths of a percent. */
export function isRate(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= 10000;
}

function demandCents(cents: number): void {
  if (!isCents(cents)) throw new TypeError('An amount is a whole number of cents, not negative');
}

function demandRate(rate: number): void {
  if (!isRate(rate)) throw new TypeError('A VAT rate is a whole number of hundredths of a percent');
}
