import type { OperationCall, PluginHost } from '../../../src/plugin/sdk.ts';
import type { SupportConfig } from '../config.ts';

/** DICOM: something that somebody should look at. */
const SECURITY_ALERT = '110113';

/** DICOM: what has happened. @see http://dicom.nema.org/resources/ontology/DCM */
const EVENTS = { started: '110127', stopped: '110138' } as const;

/** Puts the start or the end of a break-glass on record, where the patient sees it. */
export async function record(
  host: PluginHost<SupportConfig>,
  { principal, requestId }: OperationCall,
  event: keyof typeof EVENTS,
  patient: string,
  description: string,
): Promise<void> {
  await host.audit({
    type: SECURITY_ALERT,
    subtype: EVENTS[event],
    outcome: 'success',
    agent: principal.reference,
    roles: principal.roles.join(' '),
    patient: `Patient/${patient}`,
    description,
    requestId,
    ...(principal.clientId === undefined ? {} : { clientId: principal.clientId }),
    ...(principal.tokenId === undefined ? {} : { tokenId: principal.tokenId }),
  });
}
