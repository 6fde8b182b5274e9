import type { Bundle, Resource } from '@medplum/fhirtypes';
import { create, transaction } from './bundle-entries.ts';

/** Family names, so many that a search by name finds some people and not all. */
export const FAMILIES: readonly string[] =
  'Albrecht Bauer Çelik Dietrich Engel Fischer Groß Hoffmann Jäger Kaya König Lange Müller Nowak Öztürk Peters Richter Schäfer Schmidt Vogel Weber Yılmaz Zimmermann'.split(
    ' ',
  );

/** Given names. */
export const GIVEN: readonly string[] =
  'Anna Ben Clara Deniz Elif Finn Greta Hannes Ida Jan Karla Levi Mia Noah Ömer Paula Rosa Samuel Tilda Yusuf'.split(
    ' ',
  );

/** Items of the questionnaire. */
export const QUESTIONS: readonly string[] = [
  'Ich war froh und guter Laune',
  'Ich habe mich ruhig und entspannt gefühlt',
  'Ich habe mich energisch und aktiv gefühlt',
  'Beim Aufwachen habe ich mich frisch und ausgeruht gefühlt',
  'Mein Alltag war voller Dinge, die mich interessieren',
];

/** References to what all records share. */
export interface SharedResources {
  readonly organization: string;
  readonly practitioners: readonly string[];
}

/** An organization, a questionnaire and 20 practitioners, in this order; to be posted before all records. */
export function sharedBundle(): Bundle {
  const organization: Resource = {
    resourceType: 'Organization',
    active: true,
    name: 'Gemeinschaftspraxis am Markt',
  };
  const questionnaire: Resource = {
    resourceType: 'Questionnaire',
    status: 'active',
    title: 'Wohlbefinden der letzten zwei Wochen',
    item: QUESTIONS.map((text, index) => ({ linkId: String(index + 1), text, type: 'integer' })),
  };
  const practitioners = GIVEN.map(
    (given, index): Resource => ({
      resourceType: 'Practitioner',
      active: true,
      identifier: [{ system: 'https://example.org/practitioners', value: String(index) }],
      name: [{ family: FAMILIES[index] ?? '', given: [given], prefix: ['Dr. med.'] }],
    }),
  );
  return transaction(
    [organization, questionnaire, ...practitioners].map((resource) => create(resource)),
  );
}
