import type { Translated } from '../texts.ts';

interface LoginTexts {
  readonly title: string;
  readonly intro: string;
  readonly submit: string;
  readonly codeSummary: string;
  readonly codeIntro: string;
  readonly refused: string;
  readonly registerIntro: string;
  readonly register: string;
  readonly troubleTitle: string;
  readonly forgotten: string;
  readonly lost: string;
  readonly stepUp: string;
  readonly again: string;
  readonly otherTitle: string;
  readonly passkeyOnly: string;
}

/** Texts of the first step of a sign-in. */
export const LOGIN_TEXTS: Translated<LoginTexts> = {
  de: {
    title: 'Anmelden',
    intro:
      'Geben Sie Ihre Kontonummer und Ihr Passwort ein. Danach fragen wir nach Ihrem Passkey oder einem Code.',
    submit: 'Weiter',
    codeSummary: 'Code gleich hier eingeben',
    codeIntro: 'Lassen Sie das Feld leer, um einen Passkey zu verwenden.',
    refused:
      'Die Anmeldung war nicht möglich. Prüfen Sie Kontonummer, Passwort und Passkey oder Code.',
    registerIntro: 'Sie haben noch kein Konto?',
    register: 'Konto anlegen',
    troubleTitle: 'Probleme bei der Anmeldung?',
    forgotten: 'Passwort vergessen, Passkey oder App verloren, Konto gesperrt',
    lost: 'Gerät verloren: Konto sofort sperren',
    stepUp: 'Für diesen Schritt müssen Sie sich noch einmal anmelden.',
    again: 'Zu Ihrem Schutz: Bitte melden Sie sich noch einmal an.',
    otherTitle: 'Anders anmelden',
    passkeyOnly: 'Mit Passkey allein (nur wenn Sie dem zugestimmt haben)',
  },
  en: {
    title: 'Sign in',
    intro:
      'Enter your account number and your password. After that we ask for your passkey or a code.',
    submit: 'Continue',
    codeSummary: 'Enter the code right here',
    codeIntro: 'Leave the field empty to use a passkey.',
    refused:
      'Signing in was not possible. Check the account number, the password, and the passkey or code.',
    registerIntro: 'You have no account yet?',
    register: 'Create an account',
    troubleTitle: 'Trouble signing in?',
    forgotten: 'Password forgotten, passkey or app lost, account locked',
    lost: 'Device lost: lock the account now',
    stepUp: 'For this step you need to sign in once more.',
    again: 'For your protection: please sign in once more.',
    otherTitle: 'Sign in another way',
    passkeyOnly: 'With a passkey alone (only if you have agreed to that)',
  },
};
