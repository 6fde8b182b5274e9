import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { Parameters } from '@medplum/fhirtypes';
import pino from 'pino';
import { createBotRuntime } from '../../../../src/bots/bot-runtime.ts';
import { discoverBots } from '../../../../src/bots/discover.ts';
import { createJobQueue } from '../../../../src/jobs/job-queue.ts';
import type {
  Database,
  Mode,
  OperationCall,
  OperationDefinition,
  OperationResult,
  PluginHost,
  Principal,
  SecurityEvent,
} from '../../../../src/plugin/sdk.ts';
import { gkvConfig, type GkvConfig } from '../../config.ts';
import { registerGkv } from '../../register.ts';
import { type DatabaseUrls, openDatabase } from './databases.ts';
import { databaseRepository } from './database-repository.ts';

const BOTS = join(import.meta.dirname, '../../../../bots');

/** The plugin with real databases, real job queues and the real bot, without HTTP in front. */
export interface GkvServer {
  readonly events: SecurityEvent[];
  readonly logged: string[];
  readonly accounts: Database;
  readonly billing: Database;
  readonly clinical: Database;
  /** Calls an operation as an identity. */
  call(operation: string, identity: string, parameters: Parameters): Promise<OperationResult>;
  redeem(patient: string, code: string): Promise<OperationResult>;
  /** Moves the clock of the plugin forward. */
  advance(milliseconds: number): void;
  /** Whether no job runs or is due within the next seconds: each sends messages that a fault may hit. */
  idle(): Promise<boolean>;
  failRepository: boolean;
  close(): Promise<void>;
}

/** What to start with. */
export interface GkvServerOptions {
  readonly urls: DatabaseUrls;
  readonly dataDirectory: string;
  readonly sandbox?: { readonly url: string; readonly dataDirectory: string };
  readonly config?: object;
  readonly mode?: Mode;
}

/** Starts the plugin as the server does: register, queues, ready. */
export async function gkvServer(options: GkvServerOptions): Promise<GkvServer> {
  const { urls, mode = 'sandbox' } = options;
  const logged: string[] = [];
  const events: SecurityEvent[] = [];
  const operations = new Map<string, OperationDefinition>();
  const ready: (() => unknown)[] = [];
  const close: (() => unknown)[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  let offset = 0;
  const clock = { now: () => Date.now() + offset };
  const accounts = openDatabase('accounts', urls.accounts);
  const billing = openDatabase('billing', urls.billing);
  const clinical = openDatabase('clinical', urls.clinical);
  const queueOf = (database: Database, url: string) =>
    createJobQueue({
      database,
      connection: { connectionString: url },
      clock,
      log,
      random: Math.random,
    });
  const queues = {
    accounts: queueOf(accounts, urls.accounts),
    billing: queueOf(billing, urls.billing),
  };
  const bots = createBotRuntime({
    bots: await discoverBots(BOTS, ['gkv-billing']),
    secretsOf: () => ({}),
    dispatch: async () => ({ status: 404, headers: {} }),
    log,
    origin: 'http://localhost',
  });
  const unused = (): never => {
    throw new TypeError('not part of this host');
  };
  const host: PluginHost<GkvConfig> = {
    name: 'gkv',
    mode,
    config: gkvConfig.parse(options.config ?? {}),
    log,
    clock,
    origin: 'http://localhost',
    dataDirectory: options.dataDirectory,
    ...(options.sandbox === undefined ? {} : { sandbox: options.sandbox }),
    repository: databaseRepository(clinical, () => self.failRepository),
    database: (name) => (name === 'accounts' ? accounts : billing),
    jobs: (name) => queues[name],
    route: unused,
    operation: (operation) => void operations.set(operation.name, operation),
    hook: unused,
    authenticator: unused,
    executeBot: (name, input) => bots.execute(name, input),
    asCaller: unused,
    asIdentity: unused,
    audit: async (event) => void events.push(event),
    provide: unused,
    use: unused,
    onClose: (work) => void close.push(work),
    onReady: (work) => void ready.push(work),
  };
  const call = async (operation: string, identity: string, parameters: Parameters) => {
    const answer = await (operations.get(operation) ?? unused()).handle({
      principal: { reference: identity, roles: [], purpose: 'TREAT' } as unknown as Principal,
      repository: host.repository,
      aggregates: {} as OperationCall['aggregates'],
      requestId: randomUUID(),
      parameters,
      signal: new AbortController().signal,
    });
    return 'resourceType' in answer ? { status: 200, resource: answer } : answer;
  };
  const self: GkvServer = {
    events,
    logged,
    accounts,
    billing,
    clinical,
    call,
    redeem: (patient, code) =>
      call('redeem-activation-code', patient, {
        resourceType: 'Parameters',
        parameter: [{ name: 'code', valueString: code }],
      }),
    advance: (milliseconds) => {
      offset += milliseconds;
    },
    async idle() {
      for (const database of [accounts, billing]) {
        const due = await database.query({
          text: `select from diga_job where failed_at is null and (runner is not null or run_at < now() + interval '5 seconds')`,
        });
        if (due.length > 0) return false;
      }
      return true;
    },
    failRepository: false,
    async close() {
      await Promise.all(Object.values(queues).map((queue) => queue.stop()));
      for (const work of close.reverse()) await work();
      await bots.close();
      for (const database of [accounts, billing, clinical]) await database.close();
    },
  };
  await registerGkv(host);
  for (const queue of Object.values(queues)) await queue.start();
  for (const work of ready) await work();
  return self;
}
