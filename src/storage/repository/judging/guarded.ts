import { refuseBlocked } from '../../../access/blocked/refuse-any.ts';
import { isFhirError } from '../../../outcome/fhir-error.ts';
import type { SearchExpression, SearchRequest } from '../../../search/expression.ts';
import { type FieldGuardOptions, guardFields } from '../../../search/rewriters/guard-fields.ts';
import type { Access, AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import { refuse } from './deny.ts';
import { withCodes } from './resolve-codes.ts';

/**
 * The one way from a caller's condition to what may be asked of the database: with the codes of its value sets in it, and
 * asking the resources as the caller sees them. Joining it with the rows that the policy shows is left to the caller of this.
 * @throws FhirError `ACCESS_PARAMETER_BLOCKED`; `SEARCH_INVALID_VALUE`, `TERMINOLOGY_TOO_COSTLY`
 */
export async function guardedWhere(
  store: ClinicalStore,
  context: AccessContext,
  { type, where }: Pick<SearchRequest, 'type' | 'where'>,
  options?: FieldGuardOptions,
): Promise<SearchExpression> {
  const { policy } = context.principal;
  const resolved = await withCodes(store, context, where);
  return guardFields(store.definitions, policy, type, resolved, options);
}

/**
 * Refuses a search whose order or includes would tell of what the caller does not see.
 * @throws FhirError `ACCESS_PARAMETER_BLOCKED`
 */
export function refuseBlockedOrder(
  store: ClinicalStore,
  { principal: { policy } }: Pick<AccessContext, 'principal'>,
  { type, sort, includes = [] }: Pick<SearchRequest, 'type' | 'sort' | 'includes'>,
): void {
  for (const { param } of sort) refuseBlocked(store.definitions, policy, type, param);
  for (const { source, param } of includes) {
    // Of all references only those are followed that no rule blocks.
    if (param !== '*') refuseBlocked(store.definitions, policy, source, param);
  }
}

/** Runs what may find a parameter blocked, and puts that refusal on the ledger. */
export async function recordingBlocked<T>(
  store: ClinicalStore,
  context: AccessContext,
  access: Access,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFhirError(error) || error.code !== 'ACCESS_PARAMETER_BLOCKED') throw error;
    return refuse(store, context, access, error);
  }
}
