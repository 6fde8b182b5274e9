import type { Translated } from '../texts.ts';

interface NoticesTexts {
  readonly title: string;
  readonly intro: string;
  readonly notMe: string;
  readonly block: string;
  readonly proceed: string;
  readonly blocked: string;
  readonly notBlocked: string;
}

/** Texts of the notices that a sign-in begins with. */
export const NOTICES_TEXTS: Translated<NoticesTexts> = {
  de: {
    title: 'Angekündigte Änderung',
    intro: 'An Ihrem Konto soll etwas geändert werden:',
    notMe:
      'Waren Sie das nicht? Dann verhindern Sie die Änderung jetzt, und ändern Sie danach Ihr Passwort.',
    block: 'Verhindern',
    proceed: 'Weiter',
    blocked: 'Die Änderung ist verhindert.',
    notBlocked: 'Diese Änderung konnte nicht mehr verhindert werden.',
  },
  en: {
    title: 'Announced change',
    intro: 'Something is about to change in your account:',
    notMe: 'That was not you? Then block the change now, and change your password after that.',
    block: 'Block',
    proceed: 'Continue',
    blocked: 'The change is blocked.',
    notBlocked: 'This change could not be blocked any more.',
  },
};
