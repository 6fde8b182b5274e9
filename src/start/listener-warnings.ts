import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { ListenerMaterial } from '../http/tls/load-listener.ts';
import { futureValid } from '../http/tls/pins/pin-set.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { SecurityEvent } from '../plugin/sdk.ts';

const DAY = 86_400_000;

/** Days before its end when a certificate, or a set of pins, is told to end. */
const WARN_DAYS = 30;

/** Where warnings go. */
export interface WarningSinks {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly record: (event: SecurityEvent) => Promise<void>;
}

/**
 * Tells what of the listener ends soon, at most once a day each: a certificate, the set of pins, or that a lost key could
 * not be replaced because there is no other pin.
 */
export function listenerWarnings({
  clock,
  log,
  metrics,
  record,
}: WarningSinks): (material: ListenerMaterial) => Promise<void> {
  const told = new Map<string, number>();
  return async (material) => {
    const now = clock.now();
    for (const { leaf, notAfter } of material.certificates) {
      const kind = leaf.publicKey.asymmetricKeyType ?? 'unknown';
      metrics.certificateExpiry(kind, (notAfter.getTime() - now) / 1000);
    }
    if (material.pins !== undefined) metrics.futurePins(futureValid(material.pins.set, now / 1000));
    for (const { key, text } of warnings(material, now)) {
      if (now - (told.get(key) ?? -DAY) < DAY) continue;
      told.set(key, now);
      log.warn({ event: `tls.${key}` }, text);
      const event = {
        type: '110113',
        subtype: '110129',
        outcome: 'minor',
        description: text,
      } as const;
      await record({ ...event, alarm: { rule: key, runbook: key } }).catch((error: unknown) => {
        told.delete(key);
        log.error({ event: 'tls.unrecorded', err: error }, 'An event of TLS is not on record');
      });
    }
  };
}

function* warnings(
  { certificates, pins }: ListenerMaterial,
  now: number,
): Generator<{ readonly key: string; readonly text: string }> {
  const soon = now + WARN_DAYS * DAY;
  for (const certificate of certificates) {
    if (certificate.notAfter.getTime() < soon) {
      const text = `A certificate of the listener ends at ${certificate.notAfter.toISOString()}`;
      yield { key: 'certificate-expiry', text };
    }
    if (certificate.warnings.length > 0) {
      yield { key: 'certificate-chain', text: certificate.warnings.join('; ').slice(0, 500) };
    }
  }
  if (pins === undefined) return;
  const { set } = pins;
  if (futureValid(set, now / 1000) < 2) {
    yield { key: 'pins-exhausted', text: 'Fewer than two pins are valid now or later' };
  }
  if (set.exp * 1000 < soon) {
    const text = `The published set of pins ends at ${new Date(set.exp * 1000).toISOString()}`;
    yield { key: 'pins-expiry', text };
  }
}
