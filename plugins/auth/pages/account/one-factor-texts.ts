import type { Translated } from '../texts.ts';

/** Version of the text below; it is kept with each consent. A change of meaning takes a new one. */
export const ONE_FACTOR_TEXT_VERSION = '2026-11';

interface OneFactorTexts {
  readonly title: string;
  readonly intro: string;
  readonly points: readonly string[];
  readonly agree: string;
  readonly give: string;
  readonly active: string;
  readonly withdraw: string;
  readonly notOffered: string;
}

/** What a person is told before agreeing to sign in with one factor. @see TR-03161 O.Auth_5 */
export const ONE_FACTOR_TEXTS: Translated<OneFactorTexts> = {
  de: {
    title: 'Anmelden mit Passkey allein',
    intro:
      'Normalerweise melden Sie sich mit Passwort und Passkey an. Wenn Sie zustimmen, geht es auch mit dem Passkey allein. Das ist bequemer, aber weniger sicher:',
    points: [
      'Wer Ihr entsperrtes Gerät oder dessen PIN hat, kommt an Ihre Gesundheitsdaten.',
      'Liegt der Passkey in Ihrem Cloud-Konto, genügt der Zugang zu diesem Konto.',
      'Manches, zum Beispiel Änderungen an Ihrem Konto, verlangt weiterhin beide Faktoren.',
      'Die Zustimmung ist freiwillig. Ohne sie hat die App denselben Umfang.',
      'Sie können sie jederzeit hier zurücknehmen; so begonnene Sitzungen enden dann sofort.',
    ],
    agree: 'Ich habe das gelesen und stimme zu.',
    give: 'Zustimmen',
    active: 'Sie haben zugestimmt am',
    withdraw: 'Zustimmung zurücknehmen',
    notOffered:
      'Für dieses Konto gibt es das nicht: Wer für andere handelt, braucht zwei Faktoren.',
  },
  en: {
    title: 'Sign in with a passkey alone',
    intro:
      'As a rule you sign in with password and passkey. If you agree, the passkey alone will do. That is easier, but less secure:',
    points: [
      'Whoever has your unlocked device or its PIN gets to your health data.',
      'If the passkey lies in your cloud account, access to that account is enough.',
      'Some things, such as changes of your account, still ask for both factors.',
      'You are free to agree or not. Without it the app does just the same.',
      'You can take it back here at any time; sessions begun that way then end at once.',
    ],
    agree: 'I have read this and agree.',
    give: 'Agree',
    active: 'You agreed on',
    withdraw: 'Take it back',
    notOffered: 'This account cannot have that: whoever acts for others needs two factors.',
  },
};
