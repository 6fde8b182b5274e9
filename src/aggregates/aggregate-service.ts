import { fhirError } from '../outcome/codes.ts';
import type { AggregateService } from '../plugin/sdk.ts';
import { parseQuery } from '../search/parse-query.ts';
import { parseSearch } from '../search/parse.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import {
  aggregatePatients,
  type AggregatePatient,
} from '../storage/repository/reading/aggregate-patients.ts';
import { recordAccess } from '../storage/repository/judging/deny.ts';
import { releaseLog } from './release-log.ts';

/** Advisory lock of the release log: one release at a time sees all that came before it. */
const LOCK = 7_202_611;

/** Counting under the aggregate rules of one caller. */
export function aggregateService(store: ClinicalStore, context: AccessContext): AggregateService {
  const { policy, reference } = context.principal;
  const find = async (
    type: string,
    query: string,
    unit?: string,
  ): Promise<readonly AggregatePatient[]> => {
    const rules = policy.aggregates(type);
    if (rules.length === 0) throw fhirError('AGGREGATE_DENIED', { type });
    const { where, used } = parseSearch(store.definitions, type, parseQuery(query), {
      defaultCount: 1,
      maxCount: 1,
      lenient: false,
      codeSets: true,
    });
    const found = await aggregatePatients(store, context, type, where, unit);
    await recordAccess(store, context, {
      interaction: 'search-type',
      type,
      query: new URLSearchParams(
        used.map(([name, value]): [string, string] => [name, value]),
      ).toString(),
      rule: rules.map(({ id }) => id).join('|'),
      detail: 'Counted for an aggregate',
    });
    return found;
  };
  return {
    threshold(types) {
      const thresholds = types.flatMap((type) =>
        policy.aggregates(type).flatMap(({ aggregateOnly }) => aggregateOnly ?? []),
      );
      return thresholds.length === 0 ? undefined : Math.max(...thresholds);
    },
    async patients(type, query) {
      const found = await find(type, query);
      return new Set(found.map(({ patient }) => store.patientToken(patient)));
    },
    async values(query, unit) {
      const found = await find('Observation', query, unit);
      return new Map(
        found.flatMap(({ patient, value }) =>
          value === null ? [] : [[store.patientToken(patient), value] as const],
        ),
      );
    },
    async spend(limit) {
      const day = new Date(store.clock.now()).toISOString().slice(0, 10);
      const [row] = await store.database.query<{ queries: number }>({
        name: 'aggregate-spend',
        text: `insert into aggregate_query (caller, day, queries) values ($1, $2, 1)
          on conflict (caller, day) do update set queries = aggregate_query.queries + 1
          where aggregate_query.queries < $3 returning queries`,
        values: [reference, day, limit],
      });
      return row !== undefined;
    },
    release: (work) =>
      store.database.transaction(async (tx) => {
        await tx.query({ text: 'select pg_advisory_xact_lock($1)', values: [LOCK] });
        return work(releaseLog(tx, reference, store.clock.now()));
      }),
  };
}
