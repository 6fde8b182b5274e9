import type { FhirClient } from '../../test/support/fhir-client.ts';
import { seededRandom } from '../bench/random.ts';
import { type Comparison, compare, type Finding } from './compare.ts';
import { exportsOf } from './exports.ts';
import type { Principal } from './principals.ts';
import { pairRequest } from './requests/all.ts';
import type { Pair } from './pair.ts';
import { type Pool, TYPES } from './requests/request.ts';
import { HIDDEN, openStores, principalsOf, type StoresOptions, VISIBLE } from './stores.ts';
import { recordReferences } from './world.ts';

/** What a run is to do. */
export interface RunOptions {
  readonly seed: number;
  /** Requests in all; each principal gets its share. */
  readonly requests: number;
  readonly leak?: StoresOptions['leak'];
  /** Principals to ask as; all unless told. */
  readonly only?: readonly string[];
  /** Stops at the first finding. */
  readonly first?: boolean;
}

/** What a run has shown. */
export interface RunReport {
  /** Pairs of answers compared, pages and exports included. */
  readonly pairs: number;
  /** Pairs of answers with status 2xx. */
  readonly succeeded: number;
  readonly findings: readonly Finding[];
  /** Pairs by surface. */
  readonly surfaces: ReadonlyMap<string, number>;
  /** Pairs by principal. */
  readonly principals: ReadonlyMap<string, number>;
}

/**
 * Asks two stores that differ only in what a principal may not see the same random questions, and compares all that comes
 * back. Rows: other patients. Fields: hidden and masked elements of resources that are seen.
 */
export async function runNoninterference(options: RunOptions): Promise<RunReport> {
  const findings: Finding[] = [];
  const surfaces = new Map<string, number>();
  const principals = new Map<string, number>();
  let pairs = 0;
  let succeeded = 0;
  const groups = (['rows', 'fields'] as const).map((difference) => ({
    difference,
    principals: principalsOf(difference),
    hidden: difference === 'rows' ? HIDDEN : ['h0'],
  }));
  const wanted = (principal: Principal): boolean => options.only?.includes(principal.name) ?? true;
  const share = Math.ceil(
    options.requests / groups.flatMap((group) => group.principals.filter(wanted)).length,
  );
  for (const group of groups) {
    const asking = group.principals.filter(wanted);
    if (asking.length === 0) continue;
    const { difference } = group;
    const pair = await openStores({ difference, seed: options.seed, asking, leak: options.leak });
    try {
      for (const principal of asking) {
        const comparison = compare(pair, principal);
        await ask(comparison, pair, principal, group.hidden, share);
        pairs += comparison.compared;
        succeeded += comparison.succeeded;
        principals.set(principal.name, comparison.compared);
        if (options.first === true && findings.length > 0) break;
      }
    } finally {
      await pair.close();
    }
    if (options.first === true && findings.length > 0) break;
  }
  return { pairs, succeeded, findings, surfaces, principals };

  async function ask(
    comparison: Comparison,
    pair: Pair,
    principal: Principal,
    hidden: readonly string[],
    count: number,
  ): Promise<void> {
    const random = seededRandom(options.seed * 7919 + principal.name.length);
    const pool = await withFound(poolOf(principal, hidden), pair, principal);
    const exports = exportsOf(pool);
    for (let index = 0; index < count; index += 1) {
      const request = pairRequest(random, pool);
      surfaces.set(request.surface, (surfaces.get(request.surface) ?? 0) + 1);
      const found = await comparison.ask(request);
      if (found !== undefined) findings.push(found);
      if (options.first === true && findings.length > 0) return;
    }
    for (const request of exports) {
      surfaces.set('$export', (surfaces.get('$export') ?? 0) + 1);
      const found = await comparison.export(request);
      if (found !== undefined) findings.push(found);
    }
  }
}

/** Adds what the principal finds under its own names, in both stores: pseudonyms are the same, as the keys are. */
async function withFound(pool: Pool, pair: Pair, { profile }: Principal): Promise<Pool> {
  const [found = new Set<string>(), other = new Set<string>()] = await Promise.all(
    [pair.a, pair.b].map((server) => foundIn(server.asProfile(profile))),
  );
  // What was created in an earlier turn has random ids.
  const both = [...found].filter((reference) => other.has(reference));
  const patients = both.filter((reference) => reference.startsWith('Patient/'));
  return {
    ...pool,
    references: [...new Set([...pool.references, ...both])],
    patients: [...new Set([...pool.patients, ...patients])],
  };
}

async function foundIn(client: FhirClient): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const type of TYPES) {
    // What was asked stands on the ledger, which is compared too.
    const answer = await client.get(`${type}?_count=50`, { 'x-request-id': `found-${type}` });
    if (answer.status !== 200) continue;
    const { entry = [] } = answer.json<{ entry?: { resource: { id: string } }[] }>();
    for (const { resource } of entry) found.add(`${type}/${resource.id}`);
  }
  return found;
}

function poolOf({ profile }: Principal, hidden: readonly string[]): Pool {
  const nowhere = ['x9'];
  const ids = [...VISIBLE, ...hidden, ...nowhere];
  return {
    profile,
    patients: ids.map((id) => `Patient/${id}`),
    references: ids.flatMap(recordReferences),
  };
}
