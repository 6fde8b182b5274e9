import type { Translated } from './texts.ts';

interface FieldTexts {
  readonly handle: string;
  readonly password: string;
  readonly newPassword: string;
  readonly code: string;
  readonly codeHint: string;
  readonly recoveryCode: string;
  readonly recoveryCodeHint: string;
  readonly lockCode: string;
  readonly passwordHint: (minLength: number) => string;
}

/** Labels that several pages share. */
export const FIELD_TEXTS: Translated<FieldTexts> = {
  de: {
    handle: 'Kontonummer',
    password: 'Passwort',
    newPassword: 'Neues Passwort',
    code: 'Code aus der Authenticator-App',
    codeHint: '6 Ziffern',
    recoveryCode: 'Wiederherstellungscode',
    recoveryCodeHint: 'Einer der Codes, die Sie beim Anlegen des Kontos aufbewahrt haben',
    lockCode: 'Sperrcode',
    passwordHint: (minLength) =>
      `Mindestens ${minLength} Zeichen. Ein Satz aus mehreren Wörtern ist gut geeignet.`,
  },
  en: {
    handle: 'Account number',
    password: 'Password',
    newPassword: 'New password',
    code: 'Code from the authenticator app',
    codeHint: '6 digits',
    recoveryCode: 'Recovery code',
    recoveryCodeHint: 'One of the codes that you kept when you created the account',
    lockCode: 'Lock code',
    passwordHint: (minLength) =>
      `At least ${minLength} characters. A sentence of several words does well.`,
  },
};
