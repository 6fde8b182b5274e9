import type { PasswordWeakness } from '../accounts/password-rule.ts';
import type { Translated } from './texts.ts';

/** Why a new password is not accepted. */
export const PASSWORD_TEXTS: Translated<Readonly<Record<PasswordWeakness, string>>> = {
  de: {
    'too-short': 'Das Passwort ist zu kurz.',
    'too-long': 'Das Passwort ist zu lang.',
    common: 'Das Passwort ist zu verbreitet und leicht zu erraten.',
    'contains-handle': 'Das Passwort darf die Kontonummer nicht enthalten.',
  },
  en: {
    'too-short': 'The password is too short.',
    'too-long': 'The password is too long.',
    common: 'The password is too common and easy to guess.',
    'contains-handle': 'The password must not contain the account number.',
  },
};
