import { randomBytes } from 'node:crypto';
import { drive, openTarget, type Stretch } from './drive.ts';
import type { Load } from './measure.ts';
import type { OwnServer } from './own-server.ts';
import { seededRandom } from './random.ts';
import type { Workload } from './workload.ts';

/** Header in which the storm says from where it comes: from one address it would be throttled before anything is hashed. */
export const STORM_ADDRESS_HEADER = 'x-bench-address';

/** Sign-ins under way at the same time. */
const CONNECTIONS = 64;

/** What a storm of sign-ins leaves to reads. */
export interface LoginStorm {
  readonly quietPerSecond: number;
  readonly stormPerSecond: number;
  /** Median over the rounds of reads per second in the storm by those beside it. */
  readonly ratio: number;
  readonly loginsPerSecond: number;
  readonly p99: { readonly quiet: number; readonly storm: number };
  /** Answers of the sign-in other than 200, by status. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Reads in turns: with nothing else, and while strangers sign in from everywhere as fast as they are answered. */
export async function measureLoginStorm(
  own: OwnServer,
  read: Workload,
  { connections, rounds, milliseconds }: Load,
): Promise<LoginStorm> {
  const { target } = own.side('full');
  const strangers = openTarget(own.origin, CONNECTIONS, () => ({
    [STORM_ADDRESS_HEADER]: [10, ...randomBytes(3)].join('.'),
  }));
  const quiet: Stretch[] = [];
  const storm: Stretch[] = [];
  const logins: Stretch[] = [];
  const reading = (round: number): Promise<Stretch> =>
    drive(target, read.server, 200, seededRandom(round), { connections, milliseconds });
  try {
    for (let round = 0; round < rounds; round += 1) {
      await own.renewTokens();
      quiet.push(await reading(round));
      const load = { connections: CONNECTIONS, milliseconds };
      const blowing = drive(strangers, signIn, 200, seededRandom(round), load);
      const [during, attempts] = await Promise.all([reading(round), blowing]);
      storm.push(during);
      logins.push(attempts);
    }
  } finally {
    await strangers.close();
  }
  const ratios = storm.map((one, round) => rate([one]) / rate(quiet.slice(round, round + 1)));
  return {
    quietPerSecond: rate(quiet),
    stormPerSecond: rate(storm),
    ratio: median(ratios),
    loginsPerSecond: rate(logins),
    p99: { quiet: p99(quiet), storm: p99(storm) },
    refused: counts(logins),
  };
}

/** The figures as a table. */
export function loginStormMarkdown(storm: LoginStorm): string {
  const { quietPerSecond, stormPerSecond, ratio, loginsPerSecond, p99: latency, refused } = storm;
  const row = (name: string, perSecond: number, milliseconds: number): string =>
    `| ${name} | ${perSecond.toFixed(0)} | ${milliseconds.toFixed(1)} |`;
  return [
    '| | reads/s | p99 ms |',
    '|---|---:|---:|',
    row('alone', quietPerSecond, latency.quiet),
    row('in the storm', stormPerSecond, latency.storm),
    '',
    `Reads keep ${(ratio * 100).toFixed(0)} %; ${loginsPerSecond.toFixed(1)} first steps of sign-ins a second were answered.`,
    ...(Object.keys(refused).length === 0
      ? []
      : [`Answered otherwise: ${JSON.stringify(refused)}`]),
    '',
  ].join('\n');
}

function signIn() {
  const body = JSON.stringify({
    email: randomBytes(10).toString('hex'),
    password: randomBytes(12).toString('hex'),
    scope: 'openid',
    codeChallenge: randomBytes(32).toString('base64url'),
    codeChallengeMethod: 'S256',
  });
  return { method: 'POST', path: '/auth/login', body } as const;
}

function rate(stretches: readonly Stretch[]): number {
  const requests = stretches.reduce((sum, one) => sum + one.requests, 0);
  return (requests / stretches.reduce((sum, one) => sum + one.milliseconds, 0)) * 1000;
}

function p99(stretches: readonly Stretch[]): number {
  const all = stretches.flatMap(({ latencies }) => latencies).sort((a, b) => a - b);
  return all[Math.floor(all.length * 0.99)] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function counts(stretches: readonly Stretch[]): Readonly<Record<string, number>> {
  const all: Record<string, number> = {};
  for (const { failures } of stretches) {
    for (const [status, count] of failures) {
      all[String(status)] = (all[String(status)] ?? 0) + count;
    }
  }
  return all;
}
