import type { Match } from '../../storage/repository/writing/conditional.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { PlannedEntry } from './transaction-plan.ts';

/** What the entries of a transaction are about, once their criteria have been asked. */
export interface Identities {
  /** Full URL of an entry (`Type/id` where it has none) to `Type/id` of what it stands for. */
  readonly targets: Map<string, string>;
  /** By entry: what its criteria match; one at most except for deletions. */
  readonly matches: Map<number, readonly Match[]>;
  /** By criteria of a creation or update: the entry that first had them. */
  readonly firsts: Map<string, number>;
  /** By entry: the one before it that had the same criteria. */
  readonly repeats: Map<number, number>;
  /** By entry: `Type/id` of what it stands for. */
  readonly names: Map<number, string>;
  /** `Type/id` of all that the transaction writes or finds. */
  readonly planned: Set<string>;
  /** `Type/id` of all that an entry writes: no other may. */
  readonly written: Set<string>;
  /** Ids by type of all that it deletes. */
  readonly deleted: Map<string, string[]>;
}

/** Before anything is known. */
export function noIdentities(): Identities {
  return {
    targets: new Map(),
    matches: new Map(),
    firsts: new Map(),
    repeats: new Map(),
    names: new Map(),
    planned: new Set(),
    written: new Set(),
    deleted: new Map(),
  };
}

/**
 * Notes what one entry is about; its criteria, if it has some, have been asked.
 * @throws FhirError `FHIR_DUPLICATE_ENTRY` where another entry writes the same resource
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
export function identify(entry: PlannedEntry, identities: Identities): void {
  const { matches, repeats, names, planned, deleted, targets } = identities;
  const { index, route, ownId, newId, fullUrl } = entry;
  const { type } = route as { readonly type: string };
  const found = matches.get(index) ?? [];
  const [match] = found;
  switch (route.kind) {
    case 'delete':
    case 'conditional-delete': {
      const ids = route.kind === 'delete' ? [route.id] : found.map(({ id }) => id);
      for (const id of ids) claim(`${type}/${id}`);
      const known = deleted.get(type);
      if (known === undefined) deleted.set(type, [...ids]);
      else known.push(...ids);
      for (const id of ids) planned.delete(`${type}/${id}`);
      return;
    }
    case 'create': {
      const repeated = repeats.get(index);
      if (repeated !== undefined) return name(names.get(repeated) as string);
      const reference = `${type}/${match?.id ?? newId}`;
      if (match === undefined) claim(reference);
      planned.add(reference);
      return name(reference);
    }
    case 'update':
    case 'conditional-update': {
      const id = route.kind === 'update' ? route.id : (match?.id ?? ownId ?? newId);
      claim(`${type}/${id}`);
      return name(`${type}/${id}`);
    }
    case 'patch':
    case 'conditional-patch': {
      const id = route.kind === 'patch' ? route.id : match?.id;
      if (id === undefined) throw fhirError('FHIR_NO_MATCH', { type });
      return claim(`${type}/${id}`);
    }
  }

  function claim(reference: string): void {
    if (identities.written.has(reference)) throw fhirError('FHIR_DUPLICATE_ENTRY', { reference });
    identities.written.add(reference);
    planned.add(reference);
  }

  function name(reference: string): void {
    names.set(index, reference);
    if (fullUrl !== undefined) targets.set(fullUrl, reference);
    // Without a full URL others can only name it by the id it brings.
    else if (ownId !== undefined && !targets.has(`${type}/${ownId}`))
      targets.set(`${type}/${ownId}`, reference);
  }
}
