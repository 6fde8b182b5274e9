import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type {
  Authenticator,
  Database,
  Mode,
  PluginHost,
  RouteHandler,
  SecurityEvent,
} from '../../../../src/plugin/sdk.ts';
import { authConfig } from '../../config.ts';
import type { AuthConfig } from '../../config.ts';
import { registerAuth } from '../../register.ts';
import { memoryRepository } from './memory-repository.ts';
import type { MemoryRepository } from './memory-repository.ts';

/** A running server with the plugin as its only plugin. */
export interface AuthServer {
  readonly origin: string;
  readonly authenticator: Authenticator;
  /** What the plugin offers to others. */
  provided(name: string): unknown;
  readonly events: SecurityEvent[];
  readonly repository: MemoryRepository;
  readonly dataDirectory: string;
  readonly logged: string[];
  /** Moves the clock of the server forward. The provider itself keeps to the clock of the machine. */
  advance(seconds: number): void;
  now(): number;
  failAudit: boolean;
  close(): Promise<void>;
}

export interface AuthServerOptions {
  readonly database: Database;
  readonly mode?: Mode;
  readonly config?: object;
  readonly dataDirectory?: string;
  readonly repository?: MemoryRepository;
  /** Port of a server before, so that a restart keeps the origin. */
  readonly port?: number;
  /** Name of this machine in the origin; passkeys need `localhost`, since no address can be their relying party. */
  readonly loopbackName?: string;
  /** Public origin, where it is not that of the connection. */
  readonly origin?: string;
}

const FAST = {
  password: { cpuShare: 1 },
  requestsPerMinute: 100_000,
  login: { responseFloorMs: 0, registrationsPerHour: 1000 },
};

/** Minimal host: routes by prefix, everything else kept for the assertions. */
export async function authServer(options: AuthServerOptions): Promise<AuthServer> {
  const routes: [string, RouteHandler][] = [];
  const ready: (() => unknown)[] = [];
  const close: (() => unknown)[] = [];
  const events: SecurityEvent[] = [];
  const logged: string[] = [];
  const repository = options.repository ?? memoryRepository();
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'auth-test-')));
  let offset = 0;
  const tokens: Authenticator[] = [];
  const offers = new Map<string, unknown>();
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const found = routes.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`));
    if (found === undefined) response.writeHead(404).end();
    else void Promise.resolve(found[1](request, response));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const name = options.loopbackName ?? '127.0.0.1';
  const origin = `http://${name}:${(server.address() as AddressInfo).port}`;
  const unused = (): never => {
    throw new TypeError('not part of this host');
  };
  const host: PluginHost<AuthConfig> = {
    name: 'auth',
    mode: options.mode ?? 'sandbox',
    config: authConfig.parse({ ...FAST, ...options.config }),
    log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
    clock: { now: () => Date.now() + offset },
    origin: options.origin ?? origin,
    dataDirectory,
    repository,
    database: () => options.database,
    jobs: unused,
    route: (prefix, handler) => void routes.push([prefix, handler]),
    operation: () => undefined,
    hook: unused,
    authenticator: (authenticator) => void tokens.push(authenticator),
    executeBot: unused,
    asCaller: unused,
    asIdentity: unused,
    async audit(event) {
      if (self.failAudit) throw new TypeError('the ledger is down');
      events.push(event);
    },
    provide: (provided, value) => void offers.set(provided, value),
    use: unused,
    onClose: (work) => void close.push(work),
    onReady: (work) => void ready.push(work),
  };
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    for (const work of close.reverse()) await work();
  };
  const self: AuthServer = {
    origin,
    authenticator: { verify: (...shown) => (tokens[0] ?? unused()).verify(...shown) },
    provided: (offer) => offers.get(offer),
    events,
    repository,
    dataDirectory,
    logged,
    advance: (seconds) => {
      offset += seconds * 1000;
    },
    now: () => Date.now() + offset,
    failAudit: false,
    async close() {
      await stop();
      if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true });
    },
  };
  try {
    await registerAuth(host);
    for (const work of ready) await work();
  } catch (error) {
    await stop();
    throw error;
  }
  return self;
}
