import { readCheckpoint } from '../../audit/seal/proofs.ts';
import { fhirError } from '../../outcome/codes.ts';
import { recordAccess, refuse } from '../../storage/repository/judging/deny.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { checkpointParameter, parametersAnswer, sizeParameter } from './checkpoint-parameters.ts';
import type { CoreOperation } from './core-operation.ts';
import { operationParameters } from './operation-parameters.ts';

/** `$audit-checkpoint`: the newest signed checkpoint of the audit ledger, or the one of a size. */
export const auditCheckpoint: CoreOperation = {
  name: 'audit-checkpoint',
  system: true,
  get: true,
  permission: 'operation',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/audit-checkpoint',
  documentation: 'The newest signed checkpoint of the audit ledger, or the one of a size.',
  handle,
};

async function handle({
  services: { store },
  request,
  context,
  principal,
}: FhirCall): Promise<FhirResponse> {
  const { name } = auditCheckpoint;
  const access = {
    interaction: `operation:${name}`,
    rule: principal.policy.operation(name) ?? '',
  };
  const size = sizeParameter(operationParameters(request, name), 'size', name);
  const checkpoint = await readCheckpoint(store.database, size);
  if (checkpoint === undefined) {
    return refuse(
      store,
      context,
      access,
      fhirError('FHIR_NOT_FOUND', { reference: `$${name}${size === undefined ? '' : ` ${size}`}` }),
    );
  }
  await recordAccess(store, context, access);
  return parametersAnswer([checkpointParameter(checkpoint)]);
}
