import type { EventKind, ObservedEvent } from './observed-event.ts';

/** What events are counted by: those with the same one belong together. */
export type GroupBy = 'network' | 'mark' | 'agent' | 'client' | 'everybody';

/** A pattern in security events. */
export interface AlarmRule {
  readonly id: string;
  readonly about: EventKind;
  readonly by: GroupBy;
  /** `events` counts all; else how many different ones there are. */
  readonly count: 'events' | 'subjects' | 'networks';
  /** From so many on it is an alarm. */
  readonly threshold: number;
  readonly windowSeconds: number;
  /** Only events for which this holds. */
  readonly only?: (event: ObservedEvent) => boolean;
  readonly outcome: 'minor' | 'serious' | 'major';
}

/** Id of what no rule is about and a person has to look at. @see TR-03161-3 O.Org_4 */
export const MANUAL_REVIEW = 'manual-review';

/** Id of the rule about the hours in which administrators sign in. */
export const ADMIN_HOURS = 'admin-login-outside-hours';

const HOUR = 3600;

/** The rules with the thresholds that hold unless configured. @see docs/alarms.md */
export const ALARM_RULES: readonly AlarmRule[] = [
  {
    id: 'credential-stuffing',
    about: 'login-refused',
    by: 'network',
    count: 'subjects',
    threshold: 15,
    windowSeconds: HOUR,
    outcome: 'serious',
  },
  {
    id: 'password-spraying',
    about: 'login-refused',
    by: 'mark',
    count: 'subjects',
    threshold: 10,
    windowSeconds: HOUR,
    outcome: 'serious',
  },
  {
    id: 'login-failure-anomaly',
    about: 'login-refused',
    by: 'everybody',
    count: 'events',
    threshold: 300,
    windowSeconds: 300,
    outcome: 'serious',
  },
  {
    id: 'token-replay',
    about: 'replay',
    by: 'client',
    count: 'events',
    threshold: 1,
    windowSeconds: HOUR,
    outcome: 'serious',
  },
  {
    id: 'client-authentication-failures',
    about: 'client-refused',
    by: 'client',
    count: 'events',
    threshold: 10,
    windowSeconds: HOUR,
    outcome: 'serious',
  },
  {
    id: 'network-change',
    about: 'login',
    by: 'agent',
    count: 'networks',
    threshold: 4,
    windowSeconds: HOUR,
    outcome: 'minor',
  },
  {
    id: 'registration-flood',
    about: 'registration',
    by: 'everybody',
    count: 'events',
    threshold: 200,
    windowSeconds: HOUR,
    outcome: 'minor',
  },
  {
    id: 'admin-protection-change',
    about: 'protection-changed',
    by: 'agent',
    count: 'events',
    threshold: 1,
    windowSeconds: 300,
    only: ({ admin }) => admin === true,
    outcome: 'minor',
  },
];
