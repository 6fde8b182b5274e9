/** True for the form of an Institutionskennzeichen: nine digits, without the letters IK. */
export function isIk(text: string): boolean {
  return /^[0-9]{9}$/.test(text);
}

/**
 * The ninth digit that belongs to the first eight: digits 3 to 8 weighted 2,1,2,1,2,1, cross-sums added, modulo 10.
 * @throws TypeError when the text does not begin with eight digits.
 */
export function ikCheckDigit(text: string): number {
  if (!/^[0-9]{8}/.test(text)) throw new TypeError('An IK begins with eight digits');
  let sum = 0;
  for (let index = 2; index < 8; index += 1) {
    const weighted = Number(text.charAt(index)) * (index % 2 === 0 ? 2 : 1);
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10;
}

/** True when the check digit fits. Worth a warning only: test IKs such as 123456789 do not fit and are in use. */
export function hasFittingIkCheckDigit(ik: string): boolean {
  return isIk(ik) && ikCheckDigit(ik) === Number(ik.charAt(8));
}
