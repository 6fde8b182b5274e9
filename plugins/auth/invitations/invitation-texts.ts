import type { Translated } from '../pages/texts.ts';

interface InvitationTexts {
  readonly goneTitle: string;
  readonly gone: string;
  readonly doneTitle: string;
  readonly done: string;
  readonly existing: string;
  readonly existingTitle: string;
  readonly existingIntro: string;
  readonly existingSubmit: string;
  readonly existingDone: string;
  readonly newAccount: string;
}

/** Texts of the pages of an invitation, beside those of a registration. */
export const INVITATION_TEXTS: Translated<InvitationTexts> = {
  de: {
    goneTitle: 'Einladung nicht mehr gültig',
    gone: 'Die Einladung ist abgelaufen oder wurde schon verwendet. Bitten Sie um eine neue.',
    doneTitle: 'Ihr Konto ist eingerichtet',
    done: 'Sie können sich jetzt mit Ihrer Kontonummer anmelden. Diese Seite können Sie schließen.',
    existing: 'Ich habe schon ein Konto',
    existingTitle: 'Einladung mit Ihrem Konto annehmen',
    existingIntro:
      'Melden Sie sich mit Ihrem Konto an. Es bekommt die neue Rolle zu denen dazu, die es schon hat.',
    existingSubmit: 'Anmelden und annehmen',
    existingDone: 'Ihr Konto hat die neue Rolle. Bei der nächsten Anmeldung können Sie sie wählen.',
    newAccount: 'Doch ein neues Konto einrichten',
  },
  en: {
    goneTitle: 'Invitation no longer valid',
    gone: 'The invitation has expired or was used. Ask for a new one.',
    doneTitle: 'Your account is set up',
    done: 'You can now sign in with your account number. You may close this page.',
    existing: 'I have an account already',
    existingTitle: 'Accept the invitation with your account',
    existingIntro: 'Sign in with your account. It gets the new role beside those that it has.',
    existingSubmit: 'Sign in and accept',
    existingDone: 'Your account has the new role. You can choose it the next time you sign in.',
    newAccount: 'Set a new account up instead',
  },
};
