import type { Task } from '@medplum/fhirtypes';
import type { OperationCall, PluginHost } from '../../../src/plugin/sdk.ts';
import type { SupportConfig } from '../config.ts';
import { supportError } from '../errors.ts';
import { readTaskId } from './read-parameters.ts';
import { record } from './record.ts';
import { approved, isOpen, replace } from './task.ts';

/**
 * `Patient/[id]/$approve-break-glass`: a second person lets a break-glass begin.
 * @throws FhirError `SUPPORT_*`
 */
export async function approveBreakGlass(
  host: PluginHost<SupportConfig>,
  call: OperationCall,
): Promise<Task> {
  const { repository, clock } = host;
  const { principal, parameters, id: patient = '' } = call;
  if (!principal.reference.startsWith('Practitioner/')) throw supportError('SUPPORT_NOT_A_PERSON');
  const [task] = await repository.search<Task>(
    'Task',
    new URLSearchParams({
      _id: readTaskId(parameters),
      patient: `Patient/${patient}`,
      status: 'requested',
    }).toString(),
  );
  const now = clock.now();
  if (task === undefined || !isOpen(task, now)) throw supportError('SUPPORT_NOT_OPEN');
  if (task.owner?.reference === principal.reference) throw supportError('SUPPORT_OWN_APPROVAL');
  const running = await replace(repository, task, approved(task, principal.reference, now));
  await record(
    host,
    call,
    'started',
    patient,
    `A second person has approved that support sees the data (Task/${task.id})`,
  );
  return running;
}
