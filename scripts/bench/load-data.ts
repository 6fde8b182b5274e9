import { performance } from 'node:perf_hooks';
import type { Bundle, Patient } from '@medplum/fhirtypes';
import { type Target, send } from './drive.ts';
import { PATIENT_SYSTEM } from './clinical-resources.ts';
import { patientBundle, RECORD_SIZE } from './patient-record.ts';
import { sharedBundle, type SharedResources } from './shared-resources.ts';
import { seededRandom } from './random.ts';
import type { Setting } from './vital-signs.ts';

/** A patient as it was loaded, with what new Observations of theirs refer to. */
export interface LoadedPatient {
  readonly id: string;
  readonly identifier: string;
  readonly family: string;
  readonly birthDate: string;
  readonly setting: Setting;
  /** Ids of the patient's Observations. */
  readonly observations: readonly string[];
}

/** The data set as it was loaded. */
export interface LoadedData {
  readonly patients: readonly LoadedPatient[];
  /** What all records refer to. */
  readonly shared: SharedResources;
  readonly resources: number;
  readonly milliseconds: number;
}

const SEED = 20_240_101;
const AT_ONCE = 4;

/**
 * Loads the data set through the REST API: one transaction for what is shared, then one for each patient.
 * @param first id to store the first patient under, so that a token of theirs finds data
 * @param before what was loaded already: then `count` patients more
 * @throws TypeError if the server does not take a transaction
 */
export async function loadData(
  target: Target,
  base: string,
  count: number,
  first: string | undefined,
  progress: (done: number) => void,
  before?: LoadedData,
): Promise<LoadedData> {
  const post = async (bundle: Bundle): Promise<readonly string[]> => {
    const { status, body } = await send(target, {
      method: 'POST',
      path: base,
      body: JSON.stringify(bundle),
    });
    if (status !== 200) throw new TypeError(`Loading: status ${status}: ${body.slice(0, 1000)}`);
    const { entry = [] } = JSON.parse(body) as Bundle;
    return entry.map(({ response }) => referenceOf(response?.location ?? ''));
  };
  const shared = before?.shared ?? (await postShared(post));
  const known = before?.patients ?? [];

  const started = performance.now();
  const patients: LoadedPatient[] = [...known];
  const total = known.length + count;
  let next = known.length;
  const work = async (): Promise<void> => {
    for (let number = next++; number < total; number = next++) {
      const random = seededRandom(SEED + number);
      const bundle = patientBundle(number, shared, random, number === 0 ? first : undefined);
      const [patient = '', device = '', ...others] = await post(bundle);
      const person = bundle.entry?.[0]?.resource as Patient;
      patients[number] = {
        id: idOf(patient),
        identifier: `${PATIENT_SYSTEM}|p-${number}`,
        family: person.name?.[0]?.family ?? '',
        birthDate: person.birthDate ?? '',
        setting: {
          subject: patient,
          device,
          encounter: others.find((reference) => reference.startsWith('Encounter/')) ?? '',
          performer: random.pick(shared.practitioners),
        },
        observations: others.filter((reference) => reference.startsWith('Observation/')).map(idOf),
      };
      progress(number + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return {
    patients,
    shared,
    resources: total * RECORD_SIZE,
    milliseconds: (before?.milliseconds ?? 0) + performance.now() - started,
  };
}

async function postShared(
  post: (bundle: Bundle) => Promise<readonly string[]>,
): Promise<SharedResources> {
  const [organization = '', , ...practitioners] = await post(sharedBundle());
  return { organization, practitioners };
}

/** `Patient/1` of a location, which may be relative or absolute and end in a version. */
function referenceOf(location: string): string {
  const match = /([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(location);
  if (match?.[1] === undefined)
    throw new TypeError(`Loading: an entry has no location: ${location.slice(0, 200)}`);
  return match[1];
}

function idOf(reference: string): string {
  return reference.slice(reference.indexOf('/') + 1);
}
