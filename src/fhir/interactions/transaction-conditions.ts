import { parseQuery } from '../../search/parse-query.ts';
import type { SqlClient } from '../../storage/database.ts';
import { type Criteria, findMatches } from '../../storage/repository/writing/conditional.ts';
import {
  MAX_CONDITIONAL_DELETE,
  onlyMatch,
} from '../../storage/repository/writing/conditional-write.ts';
import { criteriaKey, lockCriteria } from '../../storage/repository/writing/criteria-lock.ts';
import type { Unit } from '../../storage/repository/writing/unit.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall } from '../request.ts';
import { atEntry } from './at-entry.ts';
import { criteriaOf, withoutType } from './criteria.ts';
import { deletesSeveral } from './delete.ts';
import { type Identities, identify, noIdentities } from './identities.ts';
import { hasPlaceholder, resolveInCriteria } from './placeholders.ts';
import type { PlannedEntry } from './transaction-plan.ts';

/**
 * Finds out what the entries are about. Criteria are asked of the store as it was before the transaction, less what the
 * transaction deletes; those that name other entries are asked after those. Equal criteria of two creations are one
 * creation.
 * @throws FhirError or Refusal that says at which entry
 */
export async function findIdentities(
  call: FhirCall,
  unit: Unit,
  client: SqlClient,
  writes: readonly PlannedEntry[],
): Promise<Identities> {
  const identities = noIdentities();
  const conditional: PlannedEntry[] = [];
  const dependent: PlannedEntry[] = [];
  for (const entry of writes) {
    const { criteria } = entry;
    if (criteria === undefined) identifyAt(entry, identities);
    else if (hasPlaceholder(criteria)) dependent.push(entry);
    else conditional.push(entry);
  }
  await search(call, unit, client, conditional, identities);
  // Each of these may name what another of them stands for.
  for (const entry of dependent) await search(call, unit, client, [entry], identities);
  return identities;
}

async function search(
  call: FhirCall,
  unit: Unit,
  client: SqlClient,
  entries: readonly PlannedEntry[],
  identities: Identities,
): Promise<void> {
  const asked = entries.map((entry) => ({
    entry,
    criteria: readCriteria(call, entry, identities),
  }));
  await lockCriteria(
    client,
    asked.map(({ criteria }) => criteria),
  );
  for (const { entry, criteria } of asked) {
    try {
      await match(call, unit, client, entry, criteria, identities);
    } catch (error) {
      throw atEntry(error, entry.index);
    }
    identifyAt(entry, identities);
  }
}

function identifyAt(entry: PlannedEntry, identities: Identities): void {
  try {
    identify(entry, identities);
  } catch (error) {
    throw atEntry(error, entry.index);
  }
}

function readCriteria(
  call: FhirCall,
  { criteria = '', route, index }: PlannedEntry,
  { targets }: Identities,
): Criteria {
  try {
    const { type } = route as { readonly type: string };
    const parameters = parseQuery(withoutType(criteria, type)).map(
      ([name, value]) => [name, resolveInCriteria(value, targets)] as const,
    );
    return criteriaOf(call, type, parameters, interactionOf(route.kind));
  } catch (error) {
    throw atEntry(error, index);
  }
}

async function match(
  call: FhirCall,
  unit: Unit,
  client: SqlClient,
  { route: { kind }, request, index }: PlannedEntry,
  criteria: Criteria,
  identities: Identities,
): Promise<void> {
  const { type } = criteria;
  const { matches, firsts, repeats, deleted } = identities;
  const gone = deleted.get(type) ?? [];
  if (kind === 'conditional-delete' && deletesSeveral(call, request.query)) {
    const found = await findMatches(unit, client, criteria, MAX_CONDITIONAL_DELETE + 1, gone);
    if (found.length > MAX_CONDITIONAL_DELETE)
      throw fhirError('FHIR_TOO_MANY_MATCHES', { limit: MAX_CONDITIONAL_DELETE });
    matches.set(index, found);
    return;
  }
  if (kind === 'create' || kind === 'conditional-update') {
    const key = criteriaKey(criteria);
    const first = firsts.get(key);
    // What the first of two equal creations makes is what the second one finds.
    if (first !== undefined && kind === 'create') {
      repeats.set(index, first);
      return;
    }
    firsts.set(key, index);
  }
  const found = await onlyMatch(unit, client, criteria, interactionOf(kind), gone);
  matches.set(index, found === undefined ? [] : [found]);
}

function interactionOf(kind: string): string {
  return kind.replace('conditional-', '');
}
