import type { Parameters } from '@medplum/fhirtypes';
import { checkFreischaltcode } from '../../../lib/gkv/index.ts';
import { gkvError } from '../errors.ts';

const NAMES: readonly string[] = ['code', 'redeemCode'];

/**
 * The activation code of a call: `code`, or `redeemCode` as deep links of the insurers' apps name it. Blanks, hyphens and
 * small letters are put up with. Every other parameter is ignored, one that claims a validation above all.
 * @returns sixteen characters with the right check character
 * @throws FhirError `GKV_CODE_MISSING`, `GKV_CODE_LENGTH`, `GKV_CODE_ALPHABET`, `GKV_CODE_CHECK_DIGIT`
 */
export function readCode(parameters: Parameters): string {
  const given = (parameters.parameter ?? []).filter(({ name }) => NAMES.includes(name));
  const [only] = given;
  const text: unknown = only?.valueString;
  if (given.length !== 1 || typeof text !== 'string') throw gkvError('GKV_CODE_MISSING');
  const check = checkFreischaltcode(text);
  if (check.valid) return check.code;
  switch (check.reason) {
    case 'LENGTH':
      throw gkvError('GKV_CODE_LENGTH', { length: check.length });
    case 'ALPHABET':
      throw gkvError('GKV_CODE_ALPHABET', {
        positions: check.hints.map(({ position }) => position).join(', '),
      });
    case 'CHECK_DIGIT':
      throw gkvError('GKV_CODE_CHECK_DIGIT');
  }
}
