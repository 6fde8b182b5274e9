import type { Logger } from 'pino';
import type { Clock, SecurityEvent, SqlClient } from '../../../src/plugin/sdk.ts';
import type { AlarmsConfig } from '../config/alarms.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';
import { networkPrefix } from '../logins/network-prefix.ts';
import { withinAdminHours } from './admin-hours.ts';
import { alarmWindows } from './alarm-windows.ts';
import { kindOf, type ObservedEvent } from './observed-event.ts';
import { ADMIN_HOURS, ALARM_RULES, type AlarmRule, MANUAL_REVIEW } from './rules.ts';

/** Events that wait to be looked at; what comes on top under a flood is counted and left. */
const MAX_WAITING = 1_000;

/** Seconds in which what nobody has a rule for is told once. */
const REVIEW_WINDOW = 3_600;

export interface AlarmParts {
  /** Not that of a request: a count stays, whatever becomes of the request. */
  readonly database: SqlClient;
  readonly digest: KeyedDigest;
  readonly config: AlarmsConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly raise: (event: SecurityEvent) => Promise<void>;
}

/** Looks for patterns in security events. */
export interface Alarms {
  /** Takes note of an event; never fails and never takes the time of a request. */
  observe(event: ObservedEvent): void;
  /** Resolves when what has been noted is looked at. */
  settled(): Promise<void>;
}

/** An alarm that is due. */
interface Due {
  readonly id: string;
  readonly key: Buffer;
  readonly windowSeconds: number;
  readonly outcome: SecurityEvent['outcome'];
  readonly text: string;
}

/**
 * The alarm rules over the security events of this plugin, counted in the database so that nodes count together. Each
 * alarm is one event on the ledger within its window, which the host counts as well.
 * @see TR-03161-3 O.Org_3, O.Org_4
 */
export function alarms(parts: AlarmParts): Alarms {
  const { clock, config, digest, log } = parts;
  const windows = alarmWindows(parts.database, clock);
  const rules = ALARM_RULES.filter(({ id }) => config.rules[id]?.enabled !== false).map((rule) => ({
    ...rule,
    threshold: config.rules[rule.id]?.threshold ?? rule.threshold,
    windowSeconds: config.rules[rule.id]?.windowSeconds ?? rule.windowSeconds,
  }));
  let waiting = 0;
  let left = 0;
  let work: Promise<void> = Promise.resolve();

  const raise = async (due: Due, { network, agent, clientId }: ObservedEvent): Promise<void> => {
    if (!(await windows.claim(due.id, due.key, due.windowSeconds))) return;
    await parts.raise({
      type: '110113',
      subtype: '110132',
      outcome: due.outcome,
      description: `Alarm ${due.id}: ${due.text}`,
      alarm: { rule: due.id, runbook: `docs/alarms.md#${due.id}` },
      ...(network === undefined ? {} : { network }),
      ...(agent === undefined ? {} : { agent }),
      ...(clientId === undefined ? {} : { clientId }),
    });
  };

  const judge = async (rule: AlarmRule, event: ObservedEvent): Promise<void> => {
    const group = groupOf(rule, event);
    const item = itemOf(rule, event);
    if (group === undefined || item === undefined || rule.only?.(event) === false) return;
    const { id, threshold, windowSeconds, outcome } = rule;
    const key = digest(id, group);
    const counted = item === '' ? undefined : digest(id, 'item', item);
    if (!(await windows.observe({ rule: id, key, item: counted, threshold, windowSeconds })))
      return;
    const what = rule.count === 'events' ? 'events' : `different ${rule.count}`;
    const text = `${threshold} ${what} within ${windowSeconds} s`;
    await raise({ id, key, windowSeconds, outcome, text }, event);
  };

  const look = async (event: ObservedEvent): Promise<void> => {
    const kind = kindOf(event);
    const due = rules.filter((rule) => rule.about === kind);
    for (const rule of due) await judge(rule, event);
    const { adminHours } = config;
    if (kind === 'login' && event.admin === true && adminHours !== undefined) {
      if (!withinAdminHours(adminHours, clock.now())) {
        const text = 'an administrator has signed in';
        const key = digest(ADMIN_HOURS, event.agent ?? '');
        await raise({ id: ADMIN_HOURS, key, windowSeconds: 3600, outcome: 'serious', text }, event);
      }
    }
    if (due.length === 0 && (event.outcome === 'serious' || event.outcome === 'major')) {
      const key = digest(MANUAL_REVIEW, event.description);
      const { outcome, description: text } = event;
      await raise({ id: MANUAL_REVIEW, key, windowSeconds: REVIEW_WINDOW, outcome, text }, event);
    }
  };

  return {
    observe(event) {
      if (waiting >= MAX_WAITING) {
        left += 1;
        return;
      }
      waiting += 1;
      work = work
        .then(() => look(event))
        .catch((error: unknown) => {
          log.error({ err: error }, 'auth.alarms.failed');
        })
        .then(() => {
          waiting -= 1;
          if (waiting > 0 || left === 0) return;
          log.warn({ events: left }, 'auth.alarms.overrun');
          left = 0;
        });
    },
    settled: () => work,
  };
}

/** What the event is counted by, as text; undefined: it does not say. */
function groupOf({ by }: AlarmRule, event: ObservedEvent): string | undefined {
  switch (by) {
    case 'network':
      return networkPrefix(event.network);
    case 'mark':
      return event.mark;
    case 'agent':
      return event.agent;
    case 'client':
      return event.clientId ?? 'unknown';
    case 'everybody':
      return '';
  }
}

/** What differs between events that are counted; empty: every event counts. */
function itemOf({ count }: AlarmRule, event: ObservedEvent): string | undefined {
  switch (count) {
    case 'subjects':
      return event.subject;
    case 'networks':
      return networkPrefix(event.network);
    case 'events':
      return '';
  }
}
