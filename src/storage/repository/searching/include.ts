import type { PolicyRule } from '../../../access/policy.ts';
import type { IncludeDirective } from '../../../search/expression.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { type IncludeBranch, includeStatement } from '../../search-sql/include.ts';
import { type Frontier, includeBranches } from './include-branches.ts';
import { showRows } from '../shown/show.ts';
import type { ShownText } from '../shown/shown-text.ts';

/** A resource beside the matches. */
export interface IncludedEntry {
  readonly type: string;
  readonly id: string;
  readonly content: ShownText;
  /** Ids of the patients in whose compartment it is, with commas between. */
  readonly patients: string;
}

/** The same as it is stored. */
type FoundEntry = Omit<IncludedEntry, 'content'> & { readonly content: string };

/** What includes add to a page. */
export interface Included {
  readonly entries: readonly IncludedEntry[];
  /** False where the limit was reached before everything was there. */
  readonly complete: boolean;
  /** Rules that allow searching the types that were included. */
  readonly rules: readonly PolicyRule[];
}

/** A page without includes. */
export const NOTHING_INCLUDED: Included = { entries: [], complete: true, rules: [] };

/** Resources that are included into one page. */
export const MAX_INCLUDED = 1000;

/** How often `:iterate` goes on from what was included. */
const MAX_ROUNDS = 10;

/**
 * Follows the includes of a page. Each round is one statement over all directives and types; the policy of the caller is
 * part of it, so what may not be searched is simply not there. Every resource is there once, matches included.
 * @see https://hl7.org/fhir/R4/search.html#revinclude
 */
export async function includedResources(
  store: ClinicalStore,
  context: AccessContext,
  client: SqlClient,
  directives: readonly IncludeDirective[],
  matches: readonly Frontier[],
): Promise<Included> {
  const known = new Set(matches.map(({ type, id }) => `${type}/${id}`));
  const entries: FoundEntry[] = [];
  let frontier: readonly Frontier[] = matches;
  let complete = true;
  for (let round = 0; frontier.length > 0; round += 1) {
    const active = round === 0 ? directives : directives.filter(({ iterate }) => iterate);
    const branches = includeBranches(store, context.principal.policy, active, frontier, known);
    if (branches.length === 0) break;
    if (round === MAX_ROUNDS) {
      complete = false;
      break;
    }
    const found = await fetchRound(store, client, branches, MAX_INCLUDED + known.size + 1);
    const fresh = found.filter(({ type, id }) => !known.has(`${type}/${id}`));
    const fitting = fresh.slice(0, MAX_INCLUDED - entries.length);
    for (const entry of fitting) {
      known.add(`${entry.type}/${entry.id}`);
      entries.push(entry);
    }
    if (fitting.length < fresh.length) {
      complete = false;
      break;
    }
    frontier = fitting;
  }
  const types = new Set(entries.map(({ type }) => type));
  const { policy } = context.principal;
  const shown = await showRows(store, client, context, 'search', entries, ({ type }) => type);
  return {
    entries: shown,
    complete,
    rules: [...types].flatMap((type) => policy.rules(type, 'search')),
  };
}

async function fetchRound(
  store: ClinicalStore,
  client: SqlClient,
  branches: readonly IncludeBranch[],
  limit: number,
): Promise<readonly FoundEntry[]> {
  const rows = await client.query<Omit<FoundEntry, 'type'> & { readonly type: number }>(
    includeStatement(branches, limit, { ...store, typeCode: (type) => store.types.code(type) }),
  );
  return rows.map((row) => ({ ...row, type: store.types.name(row.type) }));
}
