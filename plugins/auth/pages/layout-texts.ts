import type { Translated } from './texts.ts';

interface LayoutTexts {
  readonly skip: string;
  readonly otherLanguage: string;
  readonly footer: string;
  readonly imprint: string;
  readonly privacy: string;
  readonly support: string;
  readonly errorSummary: string;
  readonly errorMark: string;
}

/** Texts around every page. */
export const LAYOUT_TEXTS: Translated<LayoutTexts> = {
  de: {
    skip: 'Zum Inhalt',
    otherLanguage: 'English',
    footer: 'Über diesen Dienst',
    imprint: 'Impressum',
    privacy: 'Datenschutz',
    support: 'Hilfe',
    errorSummary: 'Bitte prüfen Sie Ihre Angaben',
    errorMark: 'Fehler',
  },
  en: {
    skip: 'Skip to content',
    otherLanguage: 'Deutsch',
    footer: 'About this service',
    imprint: 'Imprint',
    privacy: 'Privacy',
    support: 'Support',
    errorSummary: 'Please check what you entered',
    errorMark: 'Error',
  },
};
