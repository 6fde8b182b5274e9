import { recordAccess } from '../../storage/repository/judging/deny.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import type { CoreOperation } from './core-operation.ts';

/**
 * `$get-resource-counts`: how many resources of each type there are, for the operator. HAPI's operation of this name.
 */
export const getResourceCounts: CoreOperation = {
  name: 'get-resource-counts',
  system: true,
  get: true,
  permission: 'operation',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/get-resource-counts',
  documentation: 'How many resources of each type the server holds.',
  handle,
};

async function handle({ services, context, principal }: FhirCall): Promise<FhirResponse> {
  const { store } = services;
  const rows = await store.database.query<{ type: number; count: number }>({
    text: 'select type, count(*)::int as count from resource where not deleted group by type',
  });
  await recordAccess(store, context, {
    interaction: 'operation:get-resource-counts',
    rule: principal.policy.operation('get-resource-counts') ?? '',
  });
  const parameter = rows
    .map(({ type, count }) => ({ name: store.types.name(type), valueInteger: count }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return json(
    200,
    JSON.stringify({
      resourceType: 'Parameters',
      ...(parameter.length === 0 ? {} : { parameter }),
    }),
  );
}
