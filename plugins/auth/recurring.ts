import type { Logger } from 'pino';

/** Runs work again and again, never twice at the same time; a failure is logged and the next run comes anyway. */
export function recurring(
  name: string,
  everyMs: number,
  log: Logger,
  work: () => Promise<unknown>,
): { readonly start: () => void; readonly stop: () => Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const run = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      log.error({ err: error, work: name }, 'auth.recurring.failed');
    }
  };
  const schedule = (): void => {
    timer = setTimeout(() => {
      running = run().then(() => {
        if (timer !== undefined) schedule();
      });
    }, everyMs);
    timer.unref();
  };
  return {
    start: schedule,
    stop: async () => {
      clearTimeout(timer);
      timer = undefined;
      await running;
    },
  };
}
