import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { PublishedText } from '../http/listen.ts';
import { type ListenerMaterial, loadListener } from '../http/tls/load-listener.ts';
import type { ListenerTls } from '../http/tls/listener-tls.ts';
import { TlsError } from '../http/tls/tls-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { SecurityEvent } from '../plugin/sdk.ts';
import { listenerWarnings } from './listener-warnings.ts';

/** Where the pins are published. */
const PIN_PATH = '/.well-known/pin-set';

/** Seconds for which an app or a cache may keep the pins. */
const PIN_MAX_AGE = 300;

/** Milliseconds between two looks at what ends soon. */
const WARN_INTERVAL = 3_600_000;

/** What the listener shows to the world, as long as the server runs. */
export interface ListenerSecrets {
  /** Undefined: plain HTTP. */
  readonly tls: () => ListenerTls | undefined;
  readonly document: (path: string) => PublishedText | undefined;
  /**
   * Reads the files again. Broken ones are put on record and change nothing.
   * @returns true if something else is used from now on
   */
  reload(): Promise<boolean>;
  /** Begins to look at the files; `renew` is called with what they hold now. */
  watch(renew: (tls: ListenerTls) => void): void;
  close(): Promise<void>;
}

/** What it takes. */
export interface ListenerSecretsOptions {
  readonly config: Pick<Config, 'http' | 'mode'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly record: (event: SecurityEvent) => Promise<void>;
}

/**
 * Loads certificates and pins, and keeps up with their files. The files are compared by content: a mount that swaps a
 * folder, as container platforms do, tells nobody.
 * @throws TlsError: nothing is served with files that are not good
 */
export async function openListenerSecrets(
  options: ListenerSecretsOptions,
): Promise<ListenerSecrets> {
  const { config, clock, log, metrics, record } = options;
  const { tls, publishedPins, origin } = config.http;
  const files = { tls, publishedPins, origin, production: config.mode === 'production' };
  let material = await loadListener(files, clock.now());
  let renewed: (tls: ListenerTls) => void = () => undefined;
  let refused = '';
  let running: Promise<boolean> = Promise.resolve(false);
  const timers: NodeJS.Timeout[] = [];
  const warn = listenerWarnings({ clock, log, metrics, record });

  const put = (event: Omit<SecurityEvent, 'type' | 'subtype'>): Promise<void> =>
    record({ type: '110113', subtype: '110129', ...event }).catch((error: unknown) => {
      log.error({ event: 'tls.unrecorded', err: error }, 'An event of TLS is not on record');
    });

  const load = async (): Promise<boolean> => {
    let next: ListenerMaterial;
    try {
      next = await loadListener(files, clock.now());
      if ((next.pins?.set.seq ?? 0) < (material.pins?.set.seq ?? 0)) {
        throw new TlsError('TLS_PINS_INVALID', 'the set of pins is older than the published one');
      }
      if (next.digest === material.digest) {
        refused = '';
        return false;
      }
      if (next.tls !== undefined) renewed(next.tls);
    } catch (error) {
      const { message } = error as Error;
      // The same broken file is told once, not at every look.
      if (message !== refused) {
        refused = message;
        log.error({ event: 'tls.reload.refused', err: error }, 'The files of TLS are not good');
        await put({ outcome: 'serious', description: `Certificates stay as they are: ${message}` });
      }
      return false;
    }
    material = next;
    refused = '';
    await put({ outcome: 'success', description: described('Certificates were renewed', next) });
    await warn(next);
    return true;
  };
  const reload = (): Promise<boolean> => {
    running = running.then(load);
    return running;
  };

  return {
    tls: () => material.tls,
    document: (path) =>
      path === PIN_PATH && material.pins !== undefined
        ? { type: 'application/jose', body: material.pins.text, maxAge: PIN_MAX_AGE }
        : undefined,
    reload,
    watch(renew) {
      renewed = renew;
      if (tls === undefined && publishedPins === undefined) return;
      void put({ outcome: 'success', description: described('Certificates in use', material) });
      void warn(material);
      const every = (tls?.reloadSeconds ?? 30) * 1000;
      if (every > 0) timers.push(setInterval(() => void reload(), every).unref());
      timers.push(setInterval(() => void warn(material), WARN_INTERVAL).unref());
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      await running;
    },
  };
}

function described(what: string, { certificates, pins }: ListenerMaterial): string {
  const keys = certificates.map(
    ({ spki, notAfter }) => `key sha256:${spki} until ${notAfter.toISOString()}`,
  );
  const set = pins === undefined ? [] : [`pins of number ${pins.set.seq}`];
  return `${what}: ${[...keys, ...set].join('; ') || 'none'}`;
}
