import type { Translated } from '../texts.ts';

interface SessionsTexts {
  readonly title: string;
  readonly intro: string;
  readonly current: string;
  readonly since: string;
  readonly used: string;
  readonly ends: string;
  readonly unknown: string;
  readonly bound: string;
  readonly end: string;
  readonly endAll: string;
  readonly accountPages: string;
  readonly on: string;
}

/** Texts of the list of sessions. */
export const SESSIONS_TEXTS: Translated<SessionsTexts> = {
  de: {
    title: 'Sitzungen und Geräte',
    intro:
      'Hier ist Ihr Konto angemeldet. Beenden Sie, was Sie nicht kennen oder nicht mehr brauchen; es gilt sofort.',
    current: 'Diese Sitzung',
    since: 'Angemeldet seit',
    used: 'Zuletzt benutzt',
    ends: 'Endet spätestens',
    unknown: 'Unbekanntes Gerät',
    bound: 'An einen Schlüssel dieses Geräts gebunden',
    end: 'Beenden',
    endAll: 'Alle anderen beenden',
    accountPages: 'Seiten des Kontos',
    on: 'auf',
  },
  en: {
    title: 'Sessions and devices',
    intro:
      'This is where your account is signed in. End what you do not know or no longer need; it holds at once.',
    current: 'This session',
    since: 'Signed in since',
    used: 'Last used',
    ends: 'Ends at the latest',
    unknown: 'Unknown device',
    bound: 'Bound to a key of this device',
    end: 'End',
    endAll: 'End all others',
    accountPages: 'Account pages',
    on: 'on',
  },
};
