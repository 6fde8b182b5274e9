import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { SecurityEvent } from '../plugin/sdk.ts';
import { eventLabel } from './event-label.ts';

/** The counters of this node. Labels are few and known before: no ids, no addresses, no query strings. */
export interface Metrics {
  /** Text for Prometheus, and its media type. */
  text(): Promise<{ readonly type: string; readonly body: string }>;
  /** @param route first segment of the path, or a template; @param seconds from the head of the request to the end of its answer */
  answered(route: string, method: string, status: number, seconds: number): void;
  tlsClientError(reason: string): void;
  connectionDropped(): void;
  /** @param plugin whose event it is */
  securityEvent(plugin: string, event: SecurityEvent): void;
  /** @param kind of the key of the certificate; @param seconds until it ends */
  certificateExpiry(kind: string, seconds: number): void;
  privilegeChanged(what: 'policy' | 'membership'): void;
  /** How many pins are valid now or will be. */
  futurePins(count: number): void;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Seconds: from a read that hits the cache to a bulk job that is asked for. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Makes the counters. @param processToo true: also what the process uses of the machine */
export function createMetrics(processToo: boolean): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (processToo) collectDefaultMetrics({ register: registry, prefix: 'diga_' });
  const requests = new Counter({
    name: 'diga_http_requests_total',
    help: 'Answered requests',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'diga_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer',
    labelNames: ['route', 'method'],
    buckets: BUCKETS,
    registers,
  });
  const tlsErrors = new Counter({
    name: 'diga_tls_client_errors_total',
    help: 'TLS connections that did not come about',
    labelNames: ['reason'],
    registers,
  });
  const dropped = new Counter({
    name: 'diga_connections_dropped_total',
    help: 'Connections closed because there were too many',
    registers,
  });
  const authEvents = new Counter({
    name: 'diga_auth_events_total',
    help: 'Security events of the authentication service',
    labelNames: ['event', 'result'],
    registers,
  });
  const alarms = new Counter({
    name: 'diga_alarms_total',
    help: 'Alarms raised, by rule',
    labelNames: ['rule'],
    registers,
  });
  const privileges = new Counter({
    name: 'diga_privilege_changes_total',
    help: 'Writes that change what somebody may do, beyond the policy of patients',
    labelNames: ['what'],
    registers,
  });
  const expiry = new Gauge({
    name: 'diga_cert_expiry_seconds',
    help: 'Seconds until the certificate of the listener ends',
    labelNames: ['cert'],
    registers,
  });
  const pins = new Gauge({
    name: 'diga_pins_future_valid',
    help: 'Pins of the published set that are valid now or will be',
    // Without a set there is no sample, which a gauge without labels would have.
    labelNames: ['set'],
    registers,
  });
  return {
    async text() {
      return { type: registry.contentType, body: await registry.metrics() };
    },
    answered(route, method, status, seconds) {
      const known = METHODS.has(method) ? method : 'other';
      requests.inc({ route, method: known, status: String(status) });
      durations.observe({ route, method: known }, seconds);
    },
    tlsClientError: (reason) => {
      tlsErrors.inc({ reason });
    },
    connectionDropped: () => {
      dropped.inc();
    },
    securityEvent(plugin, event) {
      if (event.alarm !== undefined) alarms.inc({ rule: event.alarm.rule });
      else if (plugin === AUTHENTICATION) authEvents.inc(eventLabel(event));
    },
    certificateExpiry: (cert, seconds) => {
      expiry.set({ cert }, seconds);
    },
    privilegeChanged: (what) => {
      privileges.inc({ what });
    },
    futurePins: (count) => {
      pins.set({ set: 'published' }, count);
    },
  };
}

/** What events of type User Authentication and Security Alert are counted for. */
const AUTHENTICATION = 'auth';
