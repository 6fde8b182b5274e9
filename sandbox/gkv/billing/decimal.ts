const DECIMAL = /^([+-]?)(\d{0,20})(?:\.(\d{0,10}))?$/;
const SCALE = 10;

/** An amount in units of 10^-10, so that comparing and adding are exact; undefined for what is no decimal. */
export function decimal(text: string): bigint | undefined {
  const found = DECIMAL.exec(text);
  if (found === null || !/\d/.test(text)) return undefined;
  const digits = `${found[2] ?? ''}${(found[3] ?? '').padEnd(SCALE, '0')}`;
  const value = BigInt(digits === '' ? '0' : digits);
  return found[1] === '-' ? -value : value;
}

const CENT = 10n ** BigInt(SCALE - 2);

/** Whether two amounts differ by no more than a cent, as BR-CO-17 allows for rounding. */
export function withinOneCent(left: bigint, right: bigint): boolean {
  const difference = left - right;
  return (difference < 0n ? -difference : difference) <= CENT;
}

/** Percentage of an amount. */
export function percentOf(amount: bigint, percent: bigint): bigint {
  return (amount * percent) / (100n * 10n ** BigInt(SCALE));
}
