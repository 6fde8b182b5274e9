import type { Translated } from './texts.ts';

interface MessageTexts {
  readonly error: {
    readonly title: string;
    readonly gone: string;
    readonly refused: string;
    readonly busy: string;
    readonly failed: string;
    readonly foreign: string;
    readonly code: string;
  };
  readonly logout: {
    readonly title: string;
    readonly question: string;
    readonly yes: string;
    readonly no: string;
    readonly done: string;
  };
  readonly wait: (seconds: number) => string;
}

/** What is said when something does not work, and at the end. */
export const MESSAGE_TEXTS: Translated<MessageTexts> = {
  de: {
    error: {
      title: 'Das hat nicht funktioniert',
      gone: 'Diese Anmeldung ist abgelaufen. Beginnen Sie in der App noch einmal.',
      refused:
        'Die App hat eine Anfrage gestellt, die wir nicht annehmen. Beginnen Sie in der App noch einmal.',
      busy: 'Im Moment melden sich sehr viele an. Bitte versuchen Sie es in einer Minute noch einmal.',
      failed: 'Bitte versuchen Sie es später noch einmal.',
      foreign:
        'Das Formular wurde nicht von unserer eigenen Seite geschickt oder ist veraltet. Laden Sie die Seite neu.',
      code: 'Fehler',
    },
    logout: {
      title: 'Abmelden',
      question: 'Möchten Sie sich abmelden?',
      yes: 'Abmelden',
      no: 'Angemeldet bleiben',
      done: 'Sie sind abgemeldet.',
    },
    wait: (seconds) =>
      seconds < 120
        ? `Zu viele Versuche. Bitte warten Sie ${seconds} Sekunden.`
        : `Zu viele Versuche. Bitte warten Sie ${Math.ceil(seconds / 60)} Minuten.`,
  },
  en: {
    error: {
      title: 'That did not work',
      gone: 'This sign-in has expired. Start again in the app.',
      refused: 'The app made a request that we do not accept. Start again in the app.',
      busy: 'Very many people are signing in at this moment. Please try again in a minute.',
      failed: 'Please try again later.',
      foreign: 'The form was not sent from our own page, or it is out of date. Reload the page.',
      code: 'Error',
    },
    logout: {
      title: 'Sign out',
      question: 'Do you want to sign out?',
      yes: 'Sign out',
      no: 'Stay signed in',
      done: 'You are signed out.',
    },
    wait: (seconds) =>
      seconds < 120
        ? `Too many attempts. Please wait ${seconds} seconds.`
        : `Too many attempts. Please wait ${Math.ceil(seconds / 60)} minutes.`,
  },
};
