import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';
import { create, placeholder, transaction } from './bundle-entries.ts';
import {
  condition,
  encounter,
  medicationRequest,
  patient,
  procedure,
  questionnaireResponse,
} from './clinical-resources.ts';
import type { Random } from './random.ts';
import type { SharedResources } from './shared-resources.ts';
import { vitalSign } from './vital-signs.ts';

/** Resources of one record: roughly what a general practitioner's record holds, without claims. */
const ENCOUNTERS = 25;
const OBSERVATIONS = 90;
const CONDITIONS = 15;
const PROCEDURES = 20;
const MEDICATIONS = 12;
const ANSWERS = 4;

/** Entries of {@link patientBundle}. */
export const RECORD_SIZE =
  2 + ENCOUNTERS + OBSERVATIONS + CONDITIONS + PROCEDURES + MEDICATIONS + ANSWERS;

/**
 * One patient with everything that belongs to them, as a transaction with placeholders: the patient first, then a
 * device, then the rest.
 * @param number running number of the patient
 * @param id the id to store the patient under; without one the server chooses
 */
export function patientBundle(
  number: number,
  shared: SharedResources,
  random: Random,
  id?: string,
): Bundle {
  const subject = id === undefined ? placeholder(number, 0) : `Patient/${id}`;
  const device = placeholder(number, 1);
  const person = patient(number, shared, random);
  const visits = Array.from({ length: ENCOUNTERS }, (_, index) => placeholder(number, 2 + index));
  const entries: BundleEntry[] = [
    id === undefined
      ? create(person, subject)
      : { resource: { ...person, id }, request: { method: 'PUT', url: subject } },
    create(
      {
        resourceType: 'Device',
        status: 'active',
        serialNumber: `s-${number}`,
        type: { text: 'Blood pressure monitor' },
        patient: { reference: subject },
      },
      device,
    ),
    ...visits.map((visit) => create(encounter(subject, shared, random), visit)),
  ];
  const add = (count: number, make: (index: number) => Resource): void => {
    for (let index = 0; index < count; index += 1) entries.push(create(make(index)));
  };
  add(OBSERVATIONS, (index) => {
    const performer = random.pick(shared.practitioners);
    const setting = { subject, device, encounter: random.pick(visits), performer };
    return vitalSign(setting, number * OBSERVATIONS + index, random);
  });
  add(CONDITIONS, () => condition(subject, random));
  add(PROCEDURES, () => procedure(subject, random.pick(visits), random));
  add(MEDICATIONS, () => medicationRequest(subject, shared, random));
  add(ANSWERS, () => questionnaireResponse(subject, random));
  return transaction(entries);
}
