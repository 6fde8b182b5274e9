import type { WorldResource } from './world.ts';

const CONTAINED = { resourceType: 'Patient', id: 'c' };

const LETTERS = 'abcdefgh';

/** The resource with other values in what no field principal sees; itself where it has none of that. */
export function varyHidden(resource: WorldResource, salt: number): WorldResource {
  const word = `Canary${LETTERS[salt % LETTERS.length] ?? ''}`;
  switch (resource.resourceType) {
    case 'Patient':
      return {
        ...resource,
        identifier: [{ system: 'http://fhir.de/sid/gkv/kvid-10', value: `${resource.id}${word}` }],
        name: [{ family: word, given: salt % 2 === 0 ? [word] : [word, word] }],
        ...(salt % 2 === 0
          ? { telecom: [{ system: 'phone', value: `0${String(salt)}` }] }
          : { telecom: undefined }),
        gender: salt % 2 === 0 ? 'male' : 'female',
        // The year is what the mask shows.
        birthDate: `1961-0${String(1 + salt)}-1${String(salt)}`,
        address: [{ city: word }],
        contact: [{ name: { family: word }, gender: 'male' }],
        text: {
          status: 'generated',
          div: `<div xmlns="http://www.w3.org/1999/xhtml">${word}</div>`,
        },
      };
    case 'Observation':
      return {
        ...resource,
        valueQuantity: {
          value: 20 + salt * 7,
          unit: 'kg',
          system: 'http://unitsofmeasure.org',
          code: 'kg',
        },
        ...(salt % 2 === 0 ? { note: [{ text: word }] } : { note: undefined }),
      };
    case 'Condition':
      return {
        ...resource,
        code: {
          coding: [
            {
              system: 'http://fhir.de/CodeSystem/bfarm/icd-10-gm',
              code: `F4${String(salt)}.${String(salt)}`,
            },
          ],
        },
        recordedDate: `2026-03-0${String(1 + salt)}`,
        meta: {
          security: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
              code: salt % 2 === 0 ? 'R' : 'V',
            },
          ],
        },
      };
    case 'List':
      return {
        ...resource,
        contained: [
          { ...CONTAINED, name: [{ family: word }], birthDate: `1961-0${String(1 + salt)}-11` },
        ],
      };
    case 'Encounter':
      // A display repeats what the Patient hides.
      return {
        ...resource,
        subject: { ...(resource['subject'] as object), display: word, type: 'Patient' },
      };
    default:
      return resource;
  }
}
