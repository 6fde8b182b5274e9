import type { Translated } from '../texts.ts';

interface ConsentTexts {
  readonly title: (app: string) => string;
  readonly intro: (app: string, owner: string) => string;
  readonly purpose: string;
  readonly legend: string;
  readonly always: string;
  readonly hint: string;
  readonly allow: string;
  readonly all: string;
  readonly deny: string;
  readonly revocable: string;
  readonly returnsTo: string;
  readonly nothing: string;
}

/** Texts of the consent to an app of another maker. */
export const CONSENT_TEXTS: Translated<ConsentTexts> = {
  de: {
    title: (app) => `„${app}“ erlauben?`,
    intro: (app, owner) => `Die App „${app}“ von „${owner}“ möchte auf Ihre Daten zugreifen.`,
    purpose: 'Zweck laut Anbieter',
    legend: 'Das darf die App',
    always: 'Gehört immer dazu',
    hint: 'Kreuzen Sie an, was Sie erlauben. Nichts ist vorausgewählt, außer was Sie schon erlaubt haben.',
    allow: 'Auswahl erlauben',
    all: 'Alles erlauben',
    deny: 'Ablehnen',
    revocable:
      'Sie können die Erlaubnis jederzeit auf der Seite Ihres Kontos unter „Verbundene Apps“ zurücknehmen.',
    returnsTo: 'Danach geht es weiter bei',
    nothing: 'Kreuzen Sie mindestens eines an, oder lehnen Sie ab.',
  },
  en: {
    title: (app) => `Allow “${app}”?`,
    intro: (app, owner) => `The app “${app}” by “${owner}” wants access to your data.`,
    purpose: 'Purpose, as its maker says',
    legend: 'The app may',
    always: 'Always part of it',
    hint: 'Tick what you allow. Nothing is ticked but what you have allowed before.',
    allow: 'Allow what is ticked',
    all: 'Allow all',
    deny: 'Deny',
    revocable:
      'You can take the permission back at any time on the page of your account, under “Connected apps”.',
    returnsTo: 'After that you go on at',
    nothing: 'Tick at least one, or deny.',
  },
};
