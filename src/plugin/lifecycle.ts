import type { Logger } from 'pino';
import { nameError, summarizeError } from './error-summary.ts';
import { PluginError } from './plugin-error.ts';
import { TIMED_OUT, withinLimit } from './time-limit.ts';

type Step = () => Promise<void> | void;

interface RegisteredStep {
  readonly plugin: string;
  readonly step: Step;
}

/** What plugins do when the server is ready and when it stops. */
export class Lifecycle {
  readonly #log: Logger;
  readonly #limit: number;
  readonly #ready: RegisteredStep[] = [];
  readonly #close: RegisteredStep[] = [];

  /** @param limit milliseconds that one step may take. */
  constructor(log: Logger, limit: number) {
    this.#log = log;
    this.#limit = limit;
  }

  onReady(plugin: string, step: Step): void {
    this.#ready.push({ plugin, step });
  }

  onClose(plugin: string, step: Step): void {
    this.#close.push({ plugin, step });
  }

  /** Runs the ready steps in the order of registration. @throws PluginError `PLUGIN_READY_FAILED` */
  async ready(): Promise<void> {
    for (const { plugin, step } of this.#ready) {
      try {
        if ((await withinLimit(run(step), this.#limit)) !== TIMED_OUT) continue;
      } catch (error) {
        throw new PluginError('PLUGIN_READY_FAILED', plugin, { reason: nameError(error) }, error);
      }
      throw new PluginError('PLUGIN_READY_FAILED', plugin, { reason: 'it took too long' });
    }
  }

  /** Runs the close steps, last registered first. One that fails or hangs is logged, and the others still run. */
  async close(): Promise<void> {
    for (let entry = this.#close.pop(); entry !== undefined; entry = this.#close.pop()) {
      const { plugin, step } = entry;
      try {
        if ((await withinLimit(run(step), this.#limit)) !== TIMED_OUT) continue;
        this.#log.error({ event: 'plugin.close.timeout', plugin }, 'A plugin does not close');
      } catch (error) {
        const summary = summarizeError(error);
        this.#log.error(
          { event: 'plugin.close.failed', plugin, error: summary },
          'A plugin failed to close',
        );
      }
    }
  }
}

async function run(step: Step): Promise<void> {
  await step();
}
