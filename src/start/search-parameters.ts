import type { Logger } from 'pino';
import { fhirError } from '../outcome/codes.ts';
import type { RunnableJobQueue } from '../jobs/job-queue.ts';
import { customParameters, UnusableSearchParameter } from '../search/custom/custom-parameter.ts';
import type { ParameterMap, ParameterOverlay } from '../search/custom/overlay.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { JsonResource } from '../storage/content.ts';
import { reconcileOwn } from '../storage/reindex/own-parameters.ts';
import { reconcile } from '../storage/reindex/reconcile.ts';
import {
  REINDEX_ATTEMPTS,
  REINDEX_JOB,
  type ReindexService,
} from '../storage/reindex/reindex-job.ts';
import { runReindex } from '../storage/reindex/run-reindex.ts';
import { type StoredParameter, storedParameters } from '../storage/reindex/stored-parameters.ts';
import type { WriteEvent } from '../storage/write-hooks.ts';

/** What stored search parameters need. */
export interface SearchParametersOptions {
  readonly store: ClinicalStore;
  readonly overlay: ParameterOverlay;
  readonly queue: RunnableJobQueue;
  readonly log: Logger;
  /** Milliseconds that other nodes may take to hear of a new parameter. */
  readonly settle: number;
  /** Called after searches go by other parameters than before: what was compiled with them is to be made anew. */
  readonly replaced: () => void;
}

/** The search parameters that are stored on this server, on this node. */
export interface SearchParameters {
  readonly service: ReindexService;
  /** Refuses a SearchParameter that could not be searched by. @throws FhirError `SEARCH_PARAMETER_UNUSABLE` */
  check(resource: JsonResource): void;
  /** Told of what was written on this node. */
  committed(events: readonly WriteEvent[]): void;
  /** Takes over what is stored now; resolves once searches go by it. */
  reload(): Promise<void>;
  /** Takes over what is stored now, as soon as the database answers. */
  changed(): void;
  close(): void;
}

/** A run gives its place in the queue to others after this time, in milliseconds. */
const RUN_LIMIT = 60_000;

/** Pause before the stored parameters are read again after a failure, in milliseconds. */
const RETRY = 1_000;

/** Follows the stored SearchParameters and indexes what they ask for. */
export function followSearchParameters(options: SearchParametersOptions): SearchParameters {
  const { store, overlay, queue, log, settle, replaced } = options;
  const typeCode = store.types.code('SearchParameter');
  let reading: Promise<void> | undefined;
  /** True where it was asked for while one was under way, which may have begun too early to see what is asked about. */
  let again = false;
  const isAskedAgain = (): boolean => again;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const read = async (): Promise<void> => {
    const stored = await store.database.transaction(async (tx) => {
      const parameters = await storedParameters(tx, typeCode, overlay.base, (id, reason) => {
        log.warn({ event: 'search-parameter.unusable', id, reason }, 'Not searched by');
      });
      const now = store.clock.now();
      const ready = await reconcile(tx, parameters, queue, now);
      return {
        parameters,
        ready,
        own: await reconcileOwn(tx, overlay.base, store.types, queue, now),
      };
    });
    for (const [type, parameters] of stored.own) {
      const codes = parameters.map(({ code }) => code);
      log.warn(
        { event: 'search-parameter.indexing', type, codes },
        'Not searched by until the index is made; policies that need it allow nothing',
      );
    }
    const before = overlay.definitions.revision?.();
    overlay.replace(overlaid(stored.parameters, stored.ready, stored.own));
    if (overlay.definitions.revision?.() !== before) replaced();
    queue.wake();
  };
  const reload = (): Promise<void> => {
    if (reading !== undefined) {
      again = true;
      return reading;
    }
    reading = (async () => {
      do {
        again = false;
        await read();
      } while (isAskedAgain());
    })().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const changed = (): void => {
    reload().catch((error: unknown) => {
      log.warn({ event: 'search-parameter.unread', err: error }, 'Search parameters are not known');
      if (closed) return;
      clearTimeout(timer);
      timer = setTimeout(changed, RETRY);
      timer.unref();
    });
  };

  queue.handle(REINDEX_JOB, async (payload, { signal }) => {
    const { id } = payload as { readonly id: string };
    // This node may not have heard yet of the parameter that it is to index.
    await reload();
    const end = await runReindex(id, { store, log, signal, settle, limit: RUN_LIMIT });
    if (end.kind === 'finished') {
      await reload();
      return;
    }
    await store.database.transaction((tx) =>
      queue.enqueue(
        tx,
        REINDEX_JOB,
        { id },
        {
          key: id,
          maxAttempts: REINDEX_ATTEMPTS,
          ...(end.kind === 'early' ? { runAt: new Date(end.until) } : {}),
        },
      ),
    );
  });

  return {
    service: { store, queue },
    check(resource) {
      if (resource.resourceType === 'SearchParameter') check(overlay, store, resource);
    },
    committed(events) {
      const written = events.filter(({ type }) => type === 'SearchParameter');
      if (written.length === 0) return;
      for (const event of written) announce(overlay, event);
      changed();
    },
    reload,
    changed,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

function check(overlay: ParameterOverlay, store: ClinicalStore, resource: JsonResource): void {
  const refuse = (reason: string): Error => fhirError('SEARCH_PARAMETER_UNUSABLE', { reason });
  let added: ReturnType<typeof customParameters>;
  try {
    added = customParameters(overlay.base, resource);
  } catch (error) {
    if (error instanceof UnusableSearchParameter) throw refuse(error.message);
    throw error;
  }
  for (const [type, { code, url }] of added) {
    const known = overlay.definitions.searchParameters(type);
    const other = known.get(code);
    if (other !== undefined && other.url !== url) {
      throw refuse(`${type} has a search parameter ${code} already`);
    }
    const number = store.paramKey(type, code);
    for (const taken of known.keys()) {
      if (taken !== code && store.paramKey(type, taken) === number) {
        throw refuse(`the index cannot tell ${code} from ${taken}; choose another code`);
      }
    }
  }
}

/** Until the stored ones are read again, a new parameter is one that is being indexed, and no unknown one. */
function announce(overlay: ParameterOverlay, { interaction, resource }: WriteEvent): void {
  if (interaction === 'delete') return;
  const custom = new Map(overlay.custom());
  const added = customParameters(overlay.base, resource);
  for (const [type, parameter] of added) {
    const before: ParameterMap = custom.get(type) ?? new Map();
    custom.set(type, new Map([...before, [parameter.code, { ...parameter, indexing: true }]]));
  }
  if (added.size > 0) overlay.replace(custom);
}

function overlaid(
  stored: readonly StoredParameter[],
  ready: ReadonlySet<string>,
  own: Awaited<ReturnType<typeof reconcileOwn>>,
): ReadonlyMap<string, ParameterMap> {
  const custom = new Map<string, Map<string, StoredParameter['parameter']>>();
  for (const [type, parameters] of own) {
    custom.set(
      type,
      new Map(parameters.map((parameter) => [parameter.code, { ...parameter, indexing: true }])),
    );
  }
  for (const { type, parameter } of stored) {
    const ofType = custom.get(type) ?? new Map<string, StoredParameter['parameter']>();
    const isReady = ready.has(`${type}.${parameter.code}`);
    custom.set(
      type,
      ofType.set(parameter.code, isReady ? parameter : { ...parameter, indexing: true }),
    );
  }
  return custom;
}
