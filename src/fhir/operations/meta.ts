import type { Meta } from '@medplum/fhirtypes';
import { recordAccess, rulesOrRefuse } from '../../storage/repository/judging/deny.ts';
import {
  type DistinctMeta,
  readDistinctMeta,
} from '../../storage/repository/reading/distinct-meta.ts';
import { readResource } from '../../storage/repository/reading/read.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import type { CoreOperation, OperationTarget } from './core-operation.ts';
import { GUARDED_TYPES, visibleTypes } from './visible-types.ts';

/**
 * `$meta`: the profiles, tags and security labels of a resource, of a type, or of all that the caller may see.
 * @see https://hl7.org/fhir/R4/resource-operation-meta.html
 */
export const meta: CoreOperation = {
  name: 'meta',
  system: true,
  types: 'all',
  instances: 'all',
  except: GUARDED_TYPES,
  get: true,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta',
  documentation: 'The profiles, tags and security labels in use.',
  handle,
};

async function handle(call: FhirCall, { type, id }: OperationTarget): Promise<FhirResponse> {
  const { services, context } = call;
  const { store } = services;
  if (type !== undefined && id !== undefined) {
    const { content } = await readResource(store, context, type, id);
    return metaAnswer((JSON.parse(content) as { meta?: Meta }).meta ?? {});
  }
  const access = { interaction: 'operation:meta', ...(type === undefined ? {} : { type }) };
  if (type !== undefined) await rulesOrRefuse(store, context, type, 'search', access);
  const types = type === undefined ? visibleTypes(call) : [type];
  const found: DistinctMeta = await readDistinctMeta(store, context, types);
  const rules = types.flatMap((of) => context.principal.policy.rules(of, 'search'));
  await recordAccess(store, context, {
    ...access,
    rule: [...new Set(rules.map(({ id }) => id))].join('|'),
  });
  return metaAnswer(found);
}

/** The answer of `$meta`, `$meta-add` and `$meta-delete`. */
export function metaAnswer(value: Meta | DistinctMeta): FhirResponse {
  const parameter = [{ name: 'return', valueMeta: value }];
  return json(200, JSON.stringify({ resourceType: 'Parameters', parameter }));
}
