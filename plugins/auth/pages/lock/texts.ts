import type { Translated } from '../texts.ts';

interface LockTexts {
  readonly title: string;
  readonly intro: string;
  readonly lockCodeHint: string;
  readonly submit: string;
  readonly doneTitle: string;
  readonly done: string;
  readonly unlock: string;
  readonly lostCode: string;
}

/** Texts of locking an account without signing in. */
export const LOCK_TEXTS: Translated<LockTexts> = {
  de: {
    title: 'Konto sofort sperren',
    intro:
      'Ist Ihr Gerät verloren oder in fremden Händen? Mit Kontonummer und Sperrcode sperren Sie Ihr Konto von jedem Gerät aus. Alle Sitzungen enden sofort.',
    lockCodeHint: 'Sie haben ihn beim Anlegen des Kontos aufbewahrt.',
    submit: 'Jetzt sperren',
    doneTitle: 'Anfrage angenommen',
    done: 'Wenn Kontonummer und Sperrcode zusammengehören, ist das Konto jetzt gesperrt, und alle Sitzungen sind beendet. Ob es dieses Konto gibt, sagen wir nicht.',
    unlock: 'Konto wieder entsperren',
    lostCode:
      'Kein Sperrcode zur Hand? Auf einem Gerät, das noch angemeldet ist, sperren Sie das Konto auf der Seite „Mein Konto“.',
  },
  en: {
    title: 'Lock the account now',
    intro:
      'Is your device lost or in the hands of somebody else? With account number and lock code you lock your account from any device. All sessions end at once.',
    lockCodeHint: 'You kept it when you created the account.',
    submit: 'Lock now',
    doneTitle: 'Request accepted',
    done: 'If account number and lock code belong together, the account is locked now and all sessions have ended. We do not say whether this account exists.',
    unlock: 'Unlock the account again',
    lostCode:
      'No lock code at hand? On a device that is still signed in, lock the account on the page “My account”.',
  },
};
