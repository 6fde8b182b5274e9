import { endOfString } from './string-end.ts';

const QUOTE = 0x22;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;
const UPPER_E = 0x45;

/** Digits up to which a double prints as it was written; more of them may be rounded. */
const SAFE_DIGITS = 15;

/**
 * Finds the numbers of a JSON text that may print differently than they were written: those with an exponent, with more
 * than fifteen digits, with a zero at the end of the fraction, below a millionth, and -0. All others print as written:
 * fifteen digits survive the way into a double and back. One pass, linear, strings are skipped.
 * @param text JSON that has been parsed: its grammar is not looked at again
 * @param visit gets start and end of each; the scan stops where it returns false
 */
export function eachInexactNumber(
  text: string,
  visit: (start: number, end: number) => boolean,
): void {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = endOfString(text, index);
    } else if (code <= NINE && (code >= ZERO || code === MINUS)) {
      const start = index;
      let digits = code === MINUS ? 0 : 1;
      let fraction = false;
      let exponent = false;
      let last = code;
      for (index += 1; index < text.length; index += 1) {
        const next = text.charCodeAt(index);
        if (next >= ZERO && next <= NINE) digits += 1;
        else if (next === DOT) fraction = true;
        else if (next === LOWER_E || next === UPPER_E) exponent = true;
        else if (!exponent) break;
        else if (next !== MINUS && next !== 0x2b) break;
        last = next;
      }
      const suspect =
        exponent ||
        digits > SAFE_DIGITS ||
        (fraction && (last === ZERO || isTiny(text, start))) ||
        (code === MINUS && last === ZERO && digits === 1);
      if (suspect && !visit(start, index)) return;
      index -= 1;
    }
  }
}

/** Numbers below a millionth are printed with an exponent. */
function isTiny(text: string, start: number): boolean {
  return text.startsWith('0.000000', text.charCodeAt(start) === MINUS ? start + 1 : start);
}
