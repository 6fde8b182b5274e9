import { recordAccess } from '../../storage/repository/judging/deny.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { parametersAnswer } from './checkpoint-parameters.ts';
import type { CoreOperation } from './core-operation.ts';

/** `$audit-keys`: the public keys that checkpoints were ever signed with, as a JSON Web Key Set. */
export const auditKeys: CoreOperation = {
  name: 'audit-keys',
  system: true,
  get: true,
  permission: 'operation',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/audit-keys',
  documentation: 'The public keys of the checkpoints of the audit ledger, earlier ones included.',
  handle,
};

async function handle({
  services: { store },
  context,
  principal,
}: FhirCall): Promise<FhirResponse> {
  const rows = await store.database.query<{ jwk: string }>({
    text: 'select jwk from audit_key order by since, kid',
  });
  await recordAccess(store, context, {
    interaction: `operation:${auditKeys.name}`,
    rule: principal.policy.operation(auditKeys.name) ?? '',
  });
  const keys = rows.map(({ jwk }) => JSON.parse(jwk) as object);
  return parametersAnswer([{ name: 'jwks', valueString: JSON.stringify({ keys }) }]);
}
