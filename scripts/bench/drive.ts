import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import type { Random } from './random.ts';

/** One request of a workload. */
export interface BenchRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** From the root of the server, with the query. */
  readonly path: string;
  readonly body?: string;
}

/** A server under load. */
export interface Target {
  readonly pool: Pool;
  /** Headers of all requests. */
  headers(): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** What one stretch of load has shown. */
export interface Stretch {
  /** Requests answered with the expected status. */
  readonly requests: number;
  /** Requests answered otherwise, by status. */
  readonly failures: ReadonlyMap<number, number>;
  /** Milliseconds until the last answer was complete. */
  readonly milliseconds: number;
  /** Milliseconds of each answered request. */
  readonly latencies: readonly number[];
}

/** Opens connections to a server. */
export function openTarget(
  origin: string,
  connections: number,
  headers: () => Readonly<Record<string, string>>,
): Target {
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
  });
  return { pool, headers, close: () => pool.close() };
}

/** Sends one request and reads the whole answer. */
export async function send(
  target: Target,
  request: BenchRequest,
): Promise<{ readonly status: number; readonly body: string }> {
  const { statusCode, body } = await dispatch(target, request);
  return { status: statusCode, body: await body.text() };
}

/**
 * Keeps every connection busy for a while: each sends its next request as soon as it has the whole answer (closed loop).
 * @param expected status of a successful answer
 */
export async function drive(
  target: Target,
  make: (random: Random) => BenchRequest,
  expected: number,
  random: Random,
  load: { readonly connections: number; readonly milliseconds: number },
): Promise<Stretch> {
  const latencies: number[] = [];
  const failures = new Map<number, number>();
  const started = performance.now();
  const deadline = started + load.milliseconds;
  const loop = async (): Promise<void> => {
    while (performance.now() < deadline) {
      const request = make(random);
      const sent = performance.now();
      const { statusCode, body } = await dispatch(target, request);
      await body.dump({ limit: 64 * 1024 * 1024 });
      if (statusCode === expected) latencies.push(performance.now() - sent);
      else failures.set(statusCode, (failures.get(statusCode) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: load.connections }, loop));
  return {
    requests: latencies.length,
    failures,
    milliseconds: performance.now() - started,
    latencies,
  };
}

function dispatch(target: Target, { method, path, body }: BenchRequest) {
  return target.pool.request({
    method,
    path,
    headers: {
      ...target.headers(),
      ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
    },
    ...(body === undefined ? {} : { body }),
  });
}
