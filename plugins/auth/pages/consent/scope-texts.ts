import type { Translated } from '../texts.ts';

interface ScopeTexts {
  readonly openid: string;
  readonly fhirUser: string;
  readonly offline: string;
  readonly online: string;
  readonly launchPatient: string;
  readonly launchEncounter: string;
  readonly launch: string;
  readonly other: (scope: string) => string;
  readonly everything: string;
  /** What the scope is about: `whose` data, `what` of it, and what may be `done`. */
  readonly data: (whose: string, what: string, done: string) => string;
  readonly whose: Readonly<Record<'patient' | 'user' | 'system', string>>;
  readonly only: (search: string) => string;
  readonly actions: Readonly<Record<'read' | 'create' | 'update' | 'delete', string>>;
  readonly and: string;
  readonly types: Readonly<Record<string, string>>;
}

/** Scopes in plain words. */
export const SCOPE_TEXTS: Translated<ScopeTexts> = {
  de: {
    openid:
      'Sie an einer Kennung wiedererkennen, die nur für diese App gilt. Sie verrät keinen Namen.',
    fhirUser: 'Erfahren, als wer Sie angemeldet sind (Verweis auf Ihre Akte)',
    offline: 'Zugreifen, auch wenn Sie die App gerade nicht benutzen',
    online: 'Zugreifen, solange Sie angemeldet sind',
    launchPatient: 'Erfahren, um wessen Akte es geht',
    launchEncounter: 'Erfahren, um welchen Kontakt es geht',
    launch: 'Erfahren, aus welchem Zusammenhang die App gestartet wurde',
    other: (scope) => `Sonstige Berechtigung „${scope}“`,
    everything: 'alle Daten',
    data: (whose, what, done) => `${whose}: ${what} ${done}`,
    whose: { patient: 'Ihre Akte', user: 'Alles, was Sie sehen dürfen', system: 'Alle Akten' },
    only: (search) => `, nur wo gilt: ${search}`,
    actions: { read: 'lesen', create: 'hinzufügen', update: 'ändern', delete: 'löschen' },
    and: ' und ',
    types: {
      AllergyIntolerance: 'Allergien',
      Appointment: 'Termine',
      CarePlan: 'Behandlungspläne',
      Condition: 'Diagnosen',
      Consent: 'Einwilligungen',
      Device: 'Geräte',
      DiagnosticReport: 'Befunde',
      DocumentReference: 'Dokumente',
      Encounter: 'Besuche',
      Goal: 'Ziele',
      Immunization: 'Impfungen',
      Medication: 'Medikamente',
      MedicationRequest: 'Verordnungen',
      MedicationStatement: 'Medikation',
      Observation: 'Messwerte',
      Patient: 'Stammdaten',
      Practitioner: 'Fachpersonen',
      Procedure: 'Behandlungen',
      Questionnaire: 'Fragebögen',
      QuestionnaireResponse: 'Antworten auf Fragebögen',
      Task: 'Aufgaben',
    },
  },
  en: {
    openid: 'Recognise you by an identifier that is for this app alone. It tells no name.',
    fhirUser: 'Learn as whom you are signed in (a reference to your record)',
    offline: 'Have access even while you do not use the app',
    online: 'Have access as long as you are signed in',
    launchPatient: 'Learn whose record it is about',
    launchEncounter: 'Learn which encounter it is about',
    launch: 'Learn from which context the app was started',
    other: (scope) => `Other permission “${scope}”`,
    everything: 'all data',
    data: (whose, what, done) => `${whose}: ${done} ${what}`,
    whose: { patient: 'Your record', user: 'Everything you may see', system: 'All records' },
    only: (search) => `, only where: ${search}`,
    actions: { read: 'read', create: 'add', update: 'change', delete: 'delete' },
    and: ' and ',
    types: {
      AllergyIntolerance: 'allergies',
      Appointment: 'appointments',
      CarePlan: 'care plans',
      Condition: 'diagnoses',
      Consent: 'consents',
      Device: 'devices',
      DiagnosticReport: 'reports',
      DocumentReference: 'documents',
      Encounter: 'visits',
      Goal: 'goals',
      Immunization: 'vaccinations',
      Medication: 'medicines',
      MedicationRequest: 'prescriptions',
      MedicationStatement: 'medication',
      Observation: 'measurements',
      Patient: 'master data',
      Practitioner: 'health professionals',
      Procedure: 'treatments',
      Questionnaire: 'questionnaires',
      QuestionnaireResponse: 'answers to questionnaires',
      Task: 'tasks',
    },
  },
};
