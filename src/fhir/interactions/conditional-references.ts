import { parseQuery } from '../../search/parse-query.ts';
import type { SqlClient } from '../../storage/database.ts';
import { onlyMatch } from '../../storage/repository/writing/conditional-write.ts';
import { criteriaKey } from '../../storage/repository/writing/criteria-lock.ts';
import { Refusal } from '../../storage/repository/writing/refusal.ts';
import type { Unit } from '../../storage/repository/writing/unit.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall } from '../request.ts';
import { criteriaOf } from './criteria.ts';
import type { Identities } from './identities.ts';
import { conditionalReferences, resolveInCriteria } from './placeholders.ts';

/** Finds what the conditional references of resources lead to, each criteria once per transaction. */
export interface ConditionalReferences {
  /** By the reference as it is written: `Type/id`. */
  readonly found: ReadonlyMap<string, string>;
  /**
   * Looks up those of a resource.
   * @throws FhirError `FHIR_NO_MATCH`, `FHIR_MULTIPLE_MATCHES`
   */
  resolve(resource: unknown): Promise<void>;
}

/**
 * References by search criteria: exactly one resource must match, under the caller's own search policy. The entries that
 * are given by the same criteria count first; after them the store.
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
export function createConditionalReferences(
  call: FhirCall,
  unit: Unit,
  client: SqlClient,
  identities: Identities,
): ConditionalReferences {
  const found = new Map<string, string>();
  return {
    found,
    async resolve(resource) {
      for (const reference of conditionalReferences(resource)) {
        if (!found.has(reference)) found.set(reference, await lookUp(reference));
      }
    },
  };

  async function lookUp(reference: string): Promise<string> {
    const mark = reference.indexOf('?');
    const type = reference.slice(0, mark);
    const parameters = parseQuery(reference.slice(mark + 1)).map(
      ([name, value]) => [name, resolveInCriteria(value, identities.targets)] as const,
    );
    const criteria = criteriaOf(call, type, parameters, 'reference');
    const first = identities.firsts.get(criteriaKey(criteria));
    const named = first === undefined ? undefined : identities.names.get(first);
    if (named !== undefined) return named;
    const match = await onlyMatch(
      unit,
      client,
      criteria,
      'reference',
      identities.deleted.get(type),
    );
    if (match === undefined) {
      throw new Refusal({ interaction: 'search-type', type }, fhirError('FHIR_NO_MATCH', { type }));
    }
    return `${type}/${match.id}`;
  }
}
