import type { Translated } from '../pages/texts.ts';

interface ExternalTexts {
  readonly title: string;
  readonly unbound: (provider: string) => string;
  readonly connectIntro: string;
  readonly connect: string;
  readonly newIntro: string;
  readonly create: string;
  readonly back: string;
  readonly unavailable: (provider: string) => string;
  readonly refused: (provider: string) => string;
  readonly failedTitle: string;
}

/** Texts about signing in with another provider. */
export const EXTERNAL_TEXTS: Translated<ExternalTexts> = {
  de: {
    title: 'Noch nicht verbunden',
    unbound: (provider) =>
      `Sie haben sich bei „${provider}“ angemeldet. Diese Anmeldung ist noch mit keinem Konto verbunden.`,
    connectIntro:
      'Haben Sie schon ein Konto, melden Sie sich einmal damit an. Danach genügt die andere Anmeldung.',
    connect: 'Mit meinem Konto verbinden',
    newIntro:
      'Sie können auch ein neues Konto beginnen. Daten eines anderen Kontos sind darin nicht zu sehen.',
    create: 'Neues Konto beginnen',
    back: 'Zurück zur Anmeldung',
    unavailable: (provider) =>
      `„${provider}“ ist gerade nicht zu erreichen. Bitte versuchen Sie es später noch einmal oder melden Sie sich auf andere Weise an.`,
    refused: (provider) =>
      `Die Anmeldung bei „${provider}“ kann hier nicht verwendet werden. Bitte melden Sie sich auf andere Weise an.`,
    failedTitle: 'Anmeldung nicht möglich',
  },
  en: {
    title: 'Not connected yet',
    unbound: (provider) =>
      `You have signed in with “${provider}”. This sign-in is not connected with an account yet.`,
    connectIntro:
      'If you have an account, sign in with it once. After that the other sign-in is enough.',
    connect: 'Connect with my account',
    newIntro: 'You can also begin a new account. It does not show the data of another account.',
    create: 'Begin a new account',
    back: 'Back to signing in',
    unavailable: (provider) =>
      `“${provider}” cannot be reached at the moment. Please try again later or sign in another way.`,
    refused: (provider) =>
      `The sign-in with “${provider}” cannot be used here. Please sign in another way.`,
    failedTitle: 'Signing in is not possible',
  },
};
