import type { Patient, Task } from '@medplum/fhirtypes';
import type { OperationCall, PluginHost } from '../../../src/plugin/sdk.ts';
import type { SupportConfig } from '../config.ts';
import { supportError } from '../errors.ts';
import { readBreakGlass } from './read-parameters.ts';
import { record } from './record.ts';
import { breakGlassTask, ended, openTasks, replace } from './task.ts';

/**
 * `Patient/[id]/$break-glass`: opens the data of one patient to the caller, for a ticket and for a limited time; with four
 * eyes it waits for a second person.
 * @throws FhirError `SUPPORT_*`, `FHIR_NOT_FOUND`
 */
export async function beginBreakGlass(
  host: PluginHost<SupportConfig>,
  call: OperationCall,
): Promise<Task> {
  const { config, repository, clock } = host;
  const { principal, parameters, id: patient = '' } = call;
  const owner = principal.reference;
  if (!owner.startsWith('Practitioner/')) throw supportError('SUPPORT_NOT_A_PERSON');
  const request = readBreakGlass(parameters, config.maxMinutes);
  await repository.read<Patient>('Patient', patient);
  const now = clock.now();
  if ((await openTasks(repository, owner, now)).length >= config.maxOpen) {
    throw supportError('SUPPORT_TOO_MANY_OPEN', { limit: config.maxOpen });
  }
  const pending = config.fourEyes;
  const task = await repository.create<Task>(
    breakGlassTask({ ...request, patient, owner, pending, now }),
  );
  // Several that began at the same moment have not seen each other before.
  if ((await openTasks(repository, owner, now)).length > config.maxOpen) {
    await replace(repository, task, ended(task, now));
    throw supportError('SUPPORT_TOO_MANY_OPEN', { limit: config.maxOpen });
  }
  const minutes = `${String(request.minutes)} minutes`;
  await record(
    host,
    call,
    'started',
    patient,
    pending
      ? `Support asks to see the data for ${minutes} (Task/${task.id}); a second person has to approve it`
      : `Support sees the data for ${minutes} (Task/${task.id})`,
  );
  return task;
}
