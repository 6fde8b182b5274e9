import { parseArgs } from 'node:util';

/** Options of a run. */
export interface BenchOptions {
  readonly patients: number;
  readonly connections: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Names of workloads to run; all without it. */
  readonly only?: RegExp;
  /** FHIR base URL of another server, which gets the same work. */
  readonly against?: URL;
  readonly token?: string;
  readonly out?: string;
  /** Folder for a CPU profile of the server. */
  readonly profile?: string;
  /** Numbers of resources to grow to, instead of the comparison with the raw limit. */
  readonly growth?: readonly number[];
  /** Compare our server with itself without policy and ledger, instead of with the raw limit. */
  readonly compareAudit: boolean;
  /** Reads beside a storm of sign-ins, instead of the comparison with the raw limit. */
  readonly loginStorm: boolean;
  /** More settings of our server, `key=value`. */
  readonly settings: readonly string[];
}

export const USAGE = `Usage: npm run bench -- [options]
  --quick              20 patients, 2 rounds of 1 s each
  --patients N         patients in the data set, 168 resources each (default 100, at most 5000)
  --connections N      connections at the same time (default 16, at most 256)
  --rounds N           turns of raw app and server per workload (default 5, at most 50)
  --seconds N          length of one turn (default 2, at most 60)
  --only REGEXP        workloads whose name matches
  --against URL        FHIR base of another server on this machine; no raw limit then
  --token T            access token for it
  --set key=value      setting of our server, may be repeated
  --compare-audit      what policy and ledger cost: our server against itself without them
  --login-storm        what reads keep of their rate while strangers sign in
  --growth N,N,N       reads and searches at so many resources, ascending (at most 2000000), without raw limit
  --profile FOLDER     CPU profile of our server
  --out FILE           figures as JSON`;

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** @throws TypeError with the usage if an option cannot be understood */
export function readOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      patients: { type: 'string' },
      connections: { type: 'string', default: '16' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      against: { type: 'string' },
      token: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      profile: { type: 'string' },
      growth: { type: 'string' },
      'compare-audit': { type: 'boolean', default: false },
      'login-storm': { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  const { quick, only, against, token, out, profile, growth } = values;
  const target = against === undefined ? undefined : new URL(against);
  // Load is for machines of one's own.
  if (target !== undefined && !LOOPBACK.has(target.hostname)) {
    throw new TypeError(`--against takes a server on this machine only.\n${USAGE}`);
  }
  return {
    patients: bounded('patients', values.patients ?? (quick ? '20' : '100'), 5000),
    connections: bounded('connections', values.connections, 256),
    rounds: bounded('rounds', values.rounds ?? (quick ? '2' : '5'), 50),
    seconds: bounded('seconds', values.seconds ?? (quick ? '1' : '2'), 60),
    settings: values.set,
    compareAudit: values['compare-audit'],
    loginStorm: values['login-storm'],
    ...(only === undefined ? {} : { only: new RegExp(only, 'i') }),
    ...(target === undefined ? {} : { against: target }),
    ...(token === undefined ? {} : { token }),
    ...(out === undefined ? {} : { out }),
    ...(profile === undefined ? {} : { profile }),
    ...(growth === undefined
      ? {}
      : { growth: growth.split(',').map((size) => bounded('growth', size, 2_000_000)) }),
  };
}

function bounded(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new TypeError(`--${name} takes a whole number from 1 to ${most}.\n${USAGE}`);
  }
  return value;
}
