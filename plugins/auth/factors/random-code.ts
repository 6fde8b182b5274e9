import { randomBytes } from 'node:crypto';
import { normalizeAccountHandle } from '../accounts/account-handle.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * Random code in Crockford's base32, in groups: five bits a character.
 * @param groups lengths of the groups, such as `[5, 5, 5]` for 75 bits
 */
export function randomCode(groups: readonly number[]): string {
  return groups
    .map((length) => [...randomBytes(length)].map((byte) => ALPHABET[byte & 31]).join(''))
    .join('-');
}

/** 75 bits; groups of five tell it from an account number. */
export const RECOVERY_CODE_GROUPS = [5, 5, 5] as const;
/** How many recovery codes there are. */
export const RECOVERY_CODES = 10;
/** 70 bits. */
export const LOCK_CODE_GROUPS = [7, 7] as const;
/** 80 bits. */
export const SUPPORT_CODE_GROUPS = [8, 8] as const;

/** A code as it is looked up, however it was typed. */
export const normalizeCode = normalizeAccountHandle;
