import type { AuditRow } from '../../audit/audit-row.ts';
import { type AccessContext, auditRows } from '../../storage/access-context.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import { instant } from '../../storage/instant.ts';
import { readVisible } from '../../storage/repository/reading/read-visible.ts';
import type { GraphResource } from './graph-resource.ts';

/** Reads single resources for one query. */
export interface ResourceLoader {
  /** The resource, or undefined where it does not exist or the policy does not show it. */
  load(type: string, id: string): Promise<GraphResource | undefined>;
}

/**
 * A loader that reads what one step of a query asks for in one statement, each resource once, and puts one row for each
 * on the ledger before it gives anything out. It lives as long as the query: what one caller may see is not kept for
 * another.
 */
export function createResourceLoader(store: ClinicalStore, context: AccessContext): ResourceLoader {
  const loaded = new Map<string, PromiseWithResolvers<GraphResource | undefined>>();
  let waiting = new Map<string, Set<string>>();

  const flush = async (wanted: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> => {
    try {
      const rows = await readVisible(store, context, wanted);
      const found = new Map(rows.map((row) => [`${store.types.name(row.type)}/${row.id}`, row]));
      const audit: AuditRow[] = [];
      const recorded = instant(store.clock);
      for (const [type, ids] of wanted) {
        const rule = context.principal.policy
          .rules(type, 'read')
          .map((one) => one.id)
          .join('|');
        for (const id of ids) {
          const row = found.get(`${type}/${id}`);
          const access = { interaction: 'read', type, id };
          audit.push(
            ...auditRows(
              context,
              row === undefined
                ? { ...access, outcome: 4, detail: 'FHIR_NOT_FOUND' }
                : { ...access, rule, patients: row.patients },
              recorded,
            ),
          );
        }
      }
      await store.ledger.record(audit);
      each(wanted, (key, { resolve }) => {
        const content = found.get(key)?.content;
        resolve(content === undefined ? undefined : (JSON.parse(content) as GraphResource));
      });
    } catch (error) {
      each(wanted, (_, { reject }) => {
        reject(error);
      });
    }
  };

  const each = (
    wanted: ReadonlyMap<string, ReadonlySet<string>>,
    settle: (key: string, promise: PromiseWithResolvers<GraphResource | undefined>) => void,
  ): void => {
    for (const [type, ids] of wanted) {
      for (const id of ids) {
        const key = `${type}/${id}`;
        const promise = loaded.get(key);
        if (promise !== undefined) settle(key, promise);
      }
    }
  };

  return {
    load(type, id) {
      const key = `${type}/${id}`;
      const known = loaded.get(key);
      if (known !== undefined) return known.promise;
      const promise = Promise.withResolvers<GraphResource | undefined>();
      loaded.set(key, promise);
      if (waiting.size === 0) {
        // All resolvers of this step have run before the next turn of the event loop.
        setImmediate(() => {
          const wanted = waiting;
          waiting = new Map();
          void flush(wanted);
        });
      }
      waiting.set(type, (waiting.get(type) ?? new Set()).add(id));
      return promise.promise;
    },
  };
}
