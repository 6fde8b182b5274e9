import type { IdentityClass } from '../../../src/plugin/sdk.ts';
import type { BreachList } from './breach-list.ts';
import { type PasswordWeakness, passwordWeakness } from './password-rule.ts';

/** Characters of a handle, and the alphabet they are of. */
const HANDLE = /[0-9A-HJKMNP-TV-Z]{16}/;

/** What a new password must be. */
export interface PasswordPolicy {
  /** Shortest password of an identity class, in characters. */
  minLength(identityClass: IdentityClass): number;
  /**
   * Why a password is refused; `common` stands for leaked ones too.
   * @param isHandle tells whether sixteen characters are the handle of the account, where the handle itself is not known
   */
  weakness(
    password: string,
    identityClass: IdentityClass,
    isHandle: (candidate: string) => boolean,
  ): Promise<PasswordWeakness | undefined>;
}

/** @see IT-Grundschutz ORP.4.A8, ORP.4.A22 */
export function passwordPolicy(parts: {
  readonly minLength: Readonly<Record<IdentityClass, number>>;
  readonly leaked: BreachList | undefined;
}): PasswordPolicy {
  return {
    minLength: (identityClass) => parts.minLength[identityClass],
    async weakness(password, identityClass, isHandle) {
      const weak = passwordWeakness(password, parts.minLength[identityClass], '');
      if (weak !== undefined) return weak;
      if (holdsHandle(password, isHandle)) return 'contains-handle';
      return (await parts.leaked?.(password)) === true ? 'common' : undefined;
    },
  };
}

function holdsHandle(password: string, isHandle: (candidate: string) => boolean): boolean {
  const bare = password
    .normalize('NFC')
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}]/gu, '');
  for (let start = 0; start + 16 <= bare.length; start += 1) {
    const candidate = bare.slice(start, start + 16);
    if (HANDLE.test(candidate) && isHandle(candidate)) return true;
  }
  return false;
}
