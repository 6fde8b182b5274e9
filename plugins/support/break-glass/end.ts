import type { Parameters } from '@medplum/fhirtypes';
import type { OperationCall, PluginHost } from '../../../src/plugin/sdk.ts';
import type { SupportConfig } from '../config.ts';
import { supportError } from '../errors.ts';
import { record } from './record.ts';
import { ended, openTasks, replace } from './task.ts';

/**
 * `Patient/[id]/$end-break-glass`: ends what the caller has opened of the patient, from the next request on.
 * @throws FhirError `SUPPORT_NOT_OPEN`
 */
export async function endBreakGlass(
  host: PluginHost<SupportConfig>,
  call: OperationCall,
): Promise<Parameters> {
  const { repository, clock } = host;
  const { principal, id: patient = '' } = call;
  const now = clock.now();
  const open = await openTasks(repository, principal.reference, now, patient);
  if (open.length === 0) throw supportError('SUPPORT_NOT_OPEN');
  for (const task of open) {
    await replace(repository, task, ended(task, now));
    await record(
      host,
      call,
      'stopped',
      patient,
      `Support does not see the data any more (Task/${task.id})`,
    );
  }
  return {
    resourceType: 'Parameters',
    parameter: open.map(({ id }) => ({
      name: 'ended',
      valueReference: { reference: `Task/${id}` },
    })),
  };
}
