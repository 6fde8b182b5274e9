import type { Translated } from '../texts.ts';

interface PasswordPageTexts {
  readonly title: string;
  readonly intro: string;
  readonly old: string;
  readonly endOthers: string;
  readonly submit: string;
  readonly wrong: string;
  readonly wait: string;
}

/** Texts of the change of a password. */
export const PASSWORD_PAGE_TEXTS: Translated<PasswordPageTexts> = {
  de: {
    title: 'Passwort ändern',
    intro: 'Das alte Passwort gilt danach sofort nicht mehr.',
    old: 'Bisheriges Passwort',
    endOthers: 'Alle anderen Sitzungen beenden',
    submit: 'Passwort ändern',
    wrong: 'Das bisherige Passwort stimmt nicht.',
    wait: 'Zu viele Versuche. Bitte warten Sie eine Weile.',
  },
  en: {
    title: 'Change the password',
    intro: 'The old password is void at once after that.',
    old: 'Present password',
    endOthers: 'End all other sessions',
    submit: 'Change the password',
    wrong: 'The present password is not right.',
    wait: 'Too many attempts. Please wait a while.',
  },
};
