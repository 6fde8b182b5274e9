import type { Translated } from '../texts.ts';

interface AppsTexts {
  readonly title: string;
  readonly intro: string;
  readonly none: string;
  readonly by: string;
  readonly purpose: string;
  readonly may: string;
  readonly since: string;
  readonly withdraw: string;
}

/** Texts of the list of apps that a person has allowed. */
export const APPS_TEXTS: Translated<AppsTexts> = {
  de: {
    title: 'Verbundene Apps',
    intro: 'Diesen Apps anderer Anbieter haben Sie den Zugriff auf Ihre Daten erlaubt.',
    none: 'Sie haben keiner App eines anderen Anbieters den Zugriff erlaubt.',
    by: 'Anbieter',
    purpose: 'Zweck laut Anbieter',
    may: 'Darf:',
    since: 'Erlaubt seit',
    withdraw: 'Erlaubnis zurücknehmen',
  },
  en: {
    title: 'Connected apps',
    intro: 'You have allowed these apps of other makers to access your data.',
    none: 'You have allowed no app of another maker to access your data.',
    by: 'Maker',
    purpose: 'Purpose, as its maker says',
    may: 'May:',
    since: 'Allowed since',
    withdraw: 'Take the permission back',
  },
};
