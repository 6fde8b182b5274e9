import type { Encounter, HumanName, Patient } from '@medplum/fhirtypes';
import { isFhirError, type PluginRepository } from '../../../src/plugin/sdk.ts';

/** Something to choose, as it is shown. */
export interface Choice {
  /** FHIR reference. */
  readonly reference: string;
  readonly label: string;
}

/** Most that is shown at once. */
const MOST = 20;
/** Longest text that is searched for, in characters. */
const LONGEST = 100;

/**
 * Patients that an identity may choose, under its own policy: by birth date, name or identifier, or the last ones that
 * were changed where nothing is asked for. What a policy does not let it search by finds nothing.
 */
export async function patientChoices(
  repository: PluginRepository,
  wanted: string,
): Promise<readonly Choice[]> {
  const text = wanted.slice(0, LONGEST).trim();
  const found = new Map<string, Choice>();
  for (const condition of conditions(text)) {
    for (const patient of await search<Patient>(repository, 'Patient', condition)) {
      const reference = `Patient/${patient.id}`;
      found.set(reference, { reference, label: patientLabel(patient) });
    }
  }
  return [...found.values()].slice(0, MOST);
}

/** Encounters of a patient that an identity may choose, the newest first. @param patient `Patient/…` */
export async function encounterChoices(
  repository: PluginRepository,
  patient: string,
): Promise<readonly Choice[]> {
  const query = `patient=${encodeURIComponent(patient)}&_sort=-date`;
  const found = await search<Encounter>(repository, 'Encounter', query);
  return found.map((encounter) => ({
    reference: `Encounter/${encounter.id}`,
    label: [
      encounter.period?.start?.slice(0, 10),
      encounter.class.display ?? encounter.class.code,
      encounter.id,
    ]
      .filter((part) => part !== undefined)
      .join(', '),
  }));
}

function conditions(text: string): readonly string[] {
  if (text === '') return ['_sort=-_lastUpdated'];
  if (/^\d{4}(?:-\d{2}(?:-\d{2})?)?$/.test(text)) return [`birthdate=${text}`];
  const value = encodeURIComponent(text.replaceAll(/[\\$,|]/g, String.raw`\$&`));
  return [`name=${value}`, `identifier=${value}`, ...(isId(text) ? [`_id=${text}`] : [])];
}

function isId(text: string): boolean {
  return /^[A-Za-z0-9.-]{1,64}$/.test(text);
}

async function search<T extends Patient | Encounter>(
  repository: PluginRepository,
  type: T['resourceType'],
  condition: string,
): Promise<readonly (T & { id: string })[]> {
  try {
    return await repository.search<T>(type, `${condition}&_count=${String(MOST)}`);
  } catch (error) {
    // The policy does not let this identity ask by the parameter, or not for the type at all.
    if (isFhirError(error) && error.status === 403) return [];
    throw error;
  }
}

function patientLabel({ id, name, birthDate }: Patient & { id: string }): string {
  return [nameText(name?.[0]), birthDate, id].filter((part) => part !== undefined).join(', ');
}

function nameText(name: HumanName | undefined): string | undefined {
  if (name === undefined) return undefined;
  return name.text ?? [...(name.given ?? []), name.family].filter(Boolean).join(' ');
}
