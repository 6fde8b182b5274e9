import { findLeaf, inclusionProof as proofOf, readCheckpoint } from '../../audit/seal/proofs.ts';
import { readSealedEvent } from '../../audit/seal/sealed-event.ts';
import { fhirError } from '../../outcome/codes.ts';
import { recordAccess, refuse } from '../../storage/repository/judging/deny.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import {
  checkpointParameter,
  hashParameters,
  parametersAnswer,
  sizeParameter,
} from './checkpoint-parameters.ts';
import type { CoreOperation, OperationTarget } from './core-operation.ts';
import { operationParameters } from './operation-parameters.ts';

/**
 * `AuditEvent/[id]/$inclusion-proof`: the hashes which show that a row of the ledger is what a checkpoint was signed over. It
 * tells how many rows there are, so a policy has to name it.
 * @see https://www.rfc-editor.org/rfc/rfc6962#section-2.1.1
 */
export const inclusionProof: CoreOperation = {
  name: 'inclusion-proof',
  instances: ['AuditEvent'],
  get: true,
  permission: 'operation',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/inclusion-proof',
  documentation: 'Shows that an AuditEvent stands in the sealed audit ledger as it was recorded.',
  handle,
};

async function handle(
  { services: { store }, request, context, principal }: FhirCall,
  { id = '' }: OperationTarget,
): Promise<FhirResponse> {
  const { name } = inclusionProof;
  const rule = principal.policy.operation(name) ?? '';
  const access = { interaction: `operation:${name}`, type: 'AuditEvent', id, rule };
  const size = sizeParameter(operationParameters(request, name), 'size', name);
  const event = await readSealedEvent(store, context, id, access);
  const [leaf, checkpoint] = await Promise.all([
    findLeaf(store.database, event.seq),
    readCheckpoint(store.database, size),
  ]);
  if (leaf === undefined || checkpoint === undefined || leaf.index >= checkpoint.size) {
    const error = fhirError('AUDIT_NOT_SEALED', {}, { retryAfter: 2 });
    return refuse(store, context, access, error);
  }
  const hashes = await proofOf(store.database, leaf.index, checkpoint.size);
  const { patient, record, restricted } = event;
  await recordAccess(store, context, {
    ...access,
    ...(patient === undefined ? {} : { patients: patient }),
  });
  return parametersAnswer([
    { name: 'index', valueString: String(leaf.index) },
    { name: 'leaf', valueString: leaf.hash.toString('base64') },
    ...(record === undefined ? [] : [{ name: 'record', valueString: record }]),
    ...(restricted === undefined ? [] : [{ name: 'restricted', valueString: restricted }]),
    ...hashParameters(hashes),
    checkpointParameter(checkpoint),
  ]);
}
