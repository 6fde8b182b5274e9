import type { PluginHost, SecurityEvent } from '../../../src/plugin/sdk.ts';
import { alarms } from '../alarms/alarms.ts';
import type { ObservedEvent } from '../alarms/observed-event.ts';
import type { AuthConfig } from '../config.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';

/** Puts an event on the ledger, and has the alarm rules look at it once it is there. */
export type ObservedAudit = (event: ObservedEvent) => Promise<void>;

/** The one way on which security events of this plugin go to the ledger. */
export function composeAlarms(host: PluginHost<AuthConfig>, digest: KeyedDigest): ObservedAudit {
  const { clock, config, log } = host;
  const watch = alarms({
    database: host.database('accounts'),
    digest,
    config: config.alarms,
    clock,
    log,
    raise: (event) => host.audit(event),
  });
  host.onClose(() => watch.settled());
  return async (event) => {
    await host.audit(ledgerEvent(event));
    watch.observe(event);
  };
}

/** The event without what only the rules count by. */
function ledgerEvent(event: ObservedEvent): SecurityEvent {
  const { subject: _subject, mark: _mark, admin: _admin, ...rest } = event;
  return rest;
}
