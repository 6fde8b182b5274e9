import type { FuzzCase } from './case.ts';
import { fuzzCase } from './generate.ts';
import { type Answer, complaint, LIMIT } from './judge.ts';
import { createSender, type Sender } from './send.ts';

/** What a run is to do. */
export interface FuzzRun {
  /** FHIR base URL without a trailing slash. */
  readonly base: string;
  /** Asked for before every few hundred requests: tokens live for minutes. */
  readonly token: () => Promise<string>;
  readonly seed: number;
  /** Number of the first case. */
  readonly first: number;
  readonly requests: number;
  readonly connections: number;
}

/** A case that the server did not stand. */
export interface FuzzFailure {
  readonly index: number;
  readonly fuzz: FuzzCase;
  readonly reason: string;
}

/** What a run has shown. */
export interface FuzzReport {
  readonly failures: readonly FuzzFailure[];
  /** Number of answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Slowest answer, in milliseconds. */
  readonly slowest: number;
}

const RENEW = 300;

/** Times that a slow case is sent again by itself: other work on the machine is not the server's fault. */
const SECOND_LOOKS = 3;

/** Sends the cases, some at a time, and judges every answer. */
export async function runFuzz(run: FuzzRun): Promise<FuzzReport> {
  const sender = createSender(run.base, run.connections);
  const failures: FuzzFailure[] = [];
  const slow: number[] = [];
  const statuses = new Map<number, number>();
  let token = await run.token();
  let next = run.first;
  let slowest = 0;
  const worker = async (): Promise<void> => {
    while (next < run.first + run.requests) {
      const index = next;
      next += 1;
      if (index % RENEW === 0) token = await run.token();
      const fuzz = fuzzCase(run.seed, index);
      const answer = await attempt(sender, fuzz, token);
      if (typeof answer === 'string') {
        failures.push({ index, fuzz, reason: answer });
        continue;
      }
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      slowest = Math.max(slowest, answer.milliseconds);
      const reason = complaint(fuzz.method, answer);
      if (reason !== undefined) failures.push({ index, fuzz, reason });
      else if (answer.milliseconds > LIMIT) slow.push(index);
    }
  };
  await Promise.all(Array.from({ length: run.connections }, worker));
  for (const index of slow) {
    const fuzz = fuzzCase(run.seed, index);
    const times: number[] = [];
    for (let look = 0; look < SECOND_LOOKS; look += 1) {
      const answer = await attempt(sender, fuzz, await run.token());
      times.push(typeof answer === 'string' ? Infinity : answer.milliseconds);
    }
    const best = Math.min(...times);
    if (best > LIMIT) failures.push({ index, fuzz, reason: `takes ${best.toFixed(0)} ms` });
  }
  sender.close();
  return { failures, statuses, slowest };
}

async function attempt(sender: Sender, fuzz: FuzzCase, token: string): Promise<Answer | string> {
  try {
    return await sender.send(fuzz, token);
  } catch (error) {
    return `the connection failed: ${String(error)}`;
  }
}
