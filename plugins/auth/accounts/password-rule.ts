import { isCommonPassword } from './common-passwords.ts';

/** Why a password is refused. */
export type PasswordWeakness = 'too-short' | 'too-long' | 'common' | 'contains-handle';

/** No password is longer, in characters. */
export const PASSWORD_MAX_LENGTH = 128;

/**
 * Length and the commonest passwords, in any script; no rules of composition and no expiry.
 * @param handle empty where it is not known
 * @see IT-Grundschutz ORP.4.A8, ORP.4.A22, ORP.4.A23
 */
export function passwordWeakness(
  password: string,
  minLength: number,
  handle: string,
): PasswordWeakness | undefined {
  const normal = password.normalize('NFC');
  const length = [...normal].length;
  if (length < minLength) return 'too-short';
  if (length > PASSWORD_MAX_LENGTH) return 'too-long';
  const bare = handle.replaceAll('-', '');
  if (bare !== '' && normal.toUpperCase().replace(/[\s-]/g, '').includes(bare)) {
    return 'contains-handle';
  }
  return isCommonPassword(normal) ? 'common' : undefined;
}
