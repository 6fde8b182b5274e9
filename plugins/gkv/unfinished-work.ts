import type { Logger } from 'pino';

/** Work that outlives the call that began it. */
export interface UnfinishedWork {
  /** What fails is logged here; its job brings it to an end later. */
  readonly add: (work: Promise<unknown>) => void;
  /** Resolves when all of it has ended. */
  done(): Promise<void>;
}

/** Keeps work under way, so that the databases are not closed below it. */
export function unfinishedWork(logger: Logger): UnfinishedWork {
  const underWay = new Set<Promise<unknown>>();
  return {
    add(work) {
      const ended = work
        .catch((error: unknown) =>
          logger.error(
            { event: 'gkv.background.failed', err: error },
            'Work in the background failed',
          ),
        )
        .finally(() => underWay.delete(ended));
      underWay.add(ended);
    },
    async done() {
      await Promise.all(underWay);
    },
  };
}
