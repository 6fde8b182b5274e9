import type { Translated } from '../pages/texts.ts';

interface IdentityTexts {
  readonly title: string;
  readonly intro: string;
  readonly legend: string;
  readonly submit: string;
  readonly missing: string;
  readonly kinds: Readonly<Record<string, string>>;
  readonly other: string;
  readonly admin: string;
}

/** Texts of the page on which one of several identities is chosen. */
export const IDENTITY_TEXTS: Translated<IdentityTexts> = {
  de: {
    title: 'In welcher Rolle?',
    intro:
      'Mit diesem Konto können Sie in mehreren Rollen arbeiten. Was Sie sehen und tun dürfen, hängt von der Rolle ab.',
    legend: 'Rolle für diese Anmeldung',
    submit: 'Weiter',
    missing: 'Bitte wählen Sie eine der Rollen.',
    kinds: {
      Patient: 'Patientin oder Patient',
      RelatedPerson: 'Angehörige Person',
      Practitioner: 'Fachperson',
      PractitionerRole: 'Fachperson in einer Einrichtung',
      Device: 'Gerät',
    },
    other: 'Identität',
    admin: 'mit Verwaltungsrechten',
  },
  en: {
    title: 'In which role?',
    intro:
      'With this account you can act in several roles. What you may see and do depends on the role.',
    legend: 'Role for this sign-in',
    submit: 'Continue',
    missing: 'Please choose one of the roles.',
    kinds: {
      Patient: 'Patient',
      RelatedPerson: 'Related person',
      Practitioner: 'Health professional',
      PractitionerRole: 'Health professional at an organization',
      Device: 'Device',
    },
    other: 'Identity',
    admin: 'with administrative rights',
  },
};
