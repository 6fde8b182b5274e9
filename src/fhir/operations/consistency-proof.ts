import { consistencyProof as proofBetween, readCheckpoint } from '../../audit/seal/proofs.ts';
import { fhirError } from '../../outcome/codes.ts';
import { recordAccess, refuse } from '../../storage/repository/judging/deny.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import {
  checkpointParameter,
  hashParameters,
  parametersAnswer,
  sizeParameter,
} from './checkpoint-parameters.ts';
import type { CoreOperation } from './core-operation.ts';
import { operationParameters } from './operation-parameters.ts';

/**
 * `$consistency-proof`: the hashes which show that the ledger at one checkpoint begins with all it held at an earlier one.
 * @see https://www.rfc-editor.org/rfc/rfc6962#section-2.1.2
 */
export const consistencyProof: CoreOperation = {
  name: 'consistency-proof',
  system: true,
  get: true,
  permission: 'operation',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/consistency-proof',
  documentation: 'Shows that the audit ledger was only added to between two checkpoints.',
  handle,
};

async function handle({
  services: { store },
  request,
  context,
  principal,
}: FhirCall): Promise<FhirResponse> {
  const { name } = consistencyProof;
  const access = { interaction: `operation:${name}`, rule: principal.policy.operation(name) ?? '' };
  const parameters = operationParameters(request, name);
  const from = sizeParameter(parameters, 'from', name);
  if (from === undefined) {
    const reason = 'from is expected: the size of the earlier checkpoint';
    throw fhirError('OPERATION_INVALID_PARAMETERS', { operation: name, reason });
  }
  const to = sizeParameter(parameters, 'to', name);
  const [earlier, later] = await Promise.all([
    readCheckpoint(store.database, from),
    readCheckpoint(store.database, to),
  ]);
  const missing = earlier === undefined ? from : to;
  if (earlier === undefined || later === undefined) {
    const error = fhirError('FHIR_NOT_FOUND', { reference: `$audit-checkpoint ${missing ?? ''}` });
    return refuse(store, context, access, error);
  }
  if (earlier.size > later.size) {
    const reason = 'from is not above to';
    throw fhirError('OPERATION_INVALID_PARAMETERS', { operation: name, reason });
  }
  const hashes = await proofBetween(store.database, earlier.size, later.size);
  await recordAccess(store, context, access);
  return parametersAnswer([
    { name: 'from', part: checkpointParameter(earlier).part ?? [] },
    { name: 'to', part: checkpointParameter(later).part ?? [] },
    ...hashParameters(hashes),
  ]);
}
