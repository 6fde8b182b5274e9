import type { Translated } from '../texts.ts';

/** Outcomes that a page of the account tells of after a form was sent. */
export const DONE = [
  'ended',
  'ended-all',
  'added',
  'removed',
  'announced',
  'blocked',
  'not-blocked',
  'password',
  'withdrawn',
  'agreed',
  'taken-back',
] as const;
export type Done = (typeof DONE)[number];

interface AccountTexts {
  readonly navigation: string;
  readonly overview: string;
  readonly sessions: string;
  readonly factors: string;
  readonly password: string;
  readonly apps: string;
  readonly lock: string;
  readonly signOut: string;
  readonly idle: (minutes: number) => string;
  readonly fresh: string;
  readonly last: string;
  readonly limit: string;
  readonly done: Readonly<Record<Done, string>>;
}

/** Texts that the pages of the account share. */
export const ACCOUNT_TEXTS: Translated<AccountTexts> = {
  de: {
    navigation: 'Mein Konto',
    overview: 'Übersicht',
    sessions: 'Sitzungen und Geräte',
    factors: 'Passkeys und Codes',
    password: 'Passwort',
    apps: 'Verbundene Apps',
    lock: 'Konto sperren',
    signOut: 'Abmelden',
    idle: (minutes) =>
      `Zu Ihrem Schutz müssen Sie sich neu anmelden, wenn Sie diese Seiten ${minutes} Minuten lang nicht benutzen.`,
    fresh:
      'Änderungen sind nur in den ersten fünf Minuten nach einer Anmeldung möglich. Danach fragen wir noch einmal.',
    last: 'Das ist Ihr letzter zweiter Faktor. Fügen Sie zuerst einen anderen hinzu.',
    limit: 'Mehr davon kann ein Konto nicht haben. Entfernen Sie zuerst einen anderen.',
    done: {
      ended: 'Die Sitzung ist beendet.',
      'ended-all': 'Alle anderen Sitzungen sind beendet.',
      added: 'Der Faktor ist hinzugefügt.',
      removed: 'Der Faktor ist entfernt.',
      announced:
        'Die Änderung ist angekündigt. Sie gilt erst nach einer Frist, und bis dahin kann jede Ihrer Sitzungen sie verhindern.',
      blocked: 'Die Änderung ist verhindert.',
      'not-blocked': 'Diese Änderung konnte nicht mehr verhindert werden.',
      password: 'Das Passwort ist geändert. Das alte gilt nicht mehr.',
      agreed: 'Sie können sich jetzt mit dem Passkey allein anmelden.',
      'taken-back': 'Die Zustimmung ist zurückgenommen.',
      withdrawn: 'Die Erlaubnis ist zurückgenommen, und die App ist abgemeldet.',
    },
  },
  en: {
    navigation: 'My account',
    overview: 'Overview',
    sessions: 'Sessions and devices',
    factors: 'Passkeys and codes',
    password: 'Password',
    apps: 'Connected apps',
    lock: 'Lock the account',
    signOut: 'Sign out',
    idle: (minutes) =>
      `For your protection you need to sign in again when you do not use these pages for ${minutes} minutes.`,
    fresh:
      'Changes can be made in the first five minutes after signing in. After that we ask once more.',
    last: 'This is your last second factor. Add another one first.',
    limit: 'An account cannot have more of these. Remove another one first.',
    done: {
      ended: 'The session has ended.',
      'ended-all': 'All other sessions have ended.',
      added: 'The factor was added.',
      removed: 'The factor was removed.',
      announced:
        'The change is announced. It holds after a delay only, and until then each of your sessions can block it.',
      blocked: 'The change is blocked.',
      'not-blocked': 'This change could not be blocked any more.',
      password: 'The password was changed. The old one is void.',
      agreed: 'You can sign in with the passkey alone now.',
      'taken-back': 'The consent was taken back.',
      withdrawn: 'The permission was taken back, and the app is signed out.',
    },
  },
};
