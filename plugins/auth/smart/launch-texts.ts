import type { Translated } from '../pages/texts.ts';

interface LaunchTexts {
  readonly title: { readonly patient: string; readonly encounter: string };
  readonly intro: string;
  readonly searchLabel: string;
  readonly searchHint: string;
  readonly search: string;
  readonly legend: { readonly patient: string; readonly encounter: string };
  readonly none: { readonly patient: string; readonly encounter: string };
  readonly submit: string;
  readonly missing: { readonly patient: string; readonly encounter: string };
}

/** Texts of the page on which it is chosen what an app is about. */
export const LAUNCH_TEXTS: Translated<LaunchTexts> = {
  de: {
    title: { patient: 'Um wen geht es?', encounter: 'Um welchen Kontakt geht es?' },
    intro:
      'Die Anwendung bezieht sich auf das, was Sie hier wählen. Sie sehen nur, was Sie auch sonst sehen dürfen.',
    searchLabel: 'Suchen nach Name, Kennung oder Geburtsdatum',
    searchHint: 'Geburtsdatum als Jahr-Monat-Tag, zum Beispiel 1971-02-03',
    search: 'Suchen',
    legend: { patient: 'Patientin oder Patient', encounter: 'Kontakt' },
    none: {
      patient: 'Es wurde niemand gefunden.',
      encounter: 'Es gibt keinen Kontakt, den Sie sehen dürfen.',
    },
    submit: 'Weiter',
    missing: {
      patient: 'Bitte wählen Sie eine Patientin oder einen Patienten.',
      encounter: 'Bitte wählen Sie einen Kontakt.',
    },
  },
  en: {
    title: { patient: 'Who is it about?', encounter: 'Which encounter is it about?' },
    intro:
      'The app will be about what you choose here. You only see what you may see elsewhere, too.',
    searchLabel: 'Search by name, identifier or date of birth',
    searchHint: 'Date of birth as year-month-day, for example 1971-02-03',
    search: 'Search',
    legend: { patient: 'Patient', encounter: 'Encounter' },
    none: { patient: 'Nobody was found.', encounter: 'There is no encounter that you may see.' },
    submit: 'Continue',
    missing: { patient: 'Please choose a patient.', encounter: 'Please choose an encounter.' },
  },
};
