import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import type { Clock } from '../../src/clock.ts';
import { completeIk } from './check-digit.ts';
import { CodeLedger } from './codes/code-ledger.ts';
import { ExchangeLog } from './exchange-log.ts';
import { Faults } from './faults.ts';
import { plain } from './http/response.ts';
import { route } from './http/router.ts';
import { openTestPki, type PkiFiles, pkiFiles } from './pki/test-pki.ts';
import type { SandboxLog, SandboxState } from './sandbox-state.ts';
import { openValidators, type ValidatorDirectories } from './validation/validators.ts';

/** How to run a sandbox. */
export interface GkvSandboxOptions extends ValidatorDirectories {
  /** 0 for any free port. */
  readonly port: number;
  /** Address to listen on; loopback unless told. */
  readonly host?: string;
  /** Keys, certificates and issued codes live here over restarts. */
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly log: SandboxLog;
  /** IK of the manufacturer under test, nine digits. */
  readonly herstellerIk?: string;
  /** Payees accepted beside the manufacturer itself. */
  readonly payeeIks?: readonly string[];
  /** Host and port that the directory names, where it is not the address listened on. */
  readonly publicAuthority?: string;
}

/** A running sandbox. */
export interface GkvSandbox {
  /** Such as `http://127.0.0.1:8081`. */
  readonly url: string;
  readonly port: number;
  readonly herstellerIk: string;
  /** Files for the product under test; complete once `ready` is. */
  readonly files: PkiFiles;
  /** Resolves when every key is there; the first start takes some seconds. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** IK of the sandbox's manufacturer unless told otherwise. */
export const DEFAULT_HERSTELLER_IK = completeIk('99999999');

/**
 * Starts a stand-in for the insurers' clearing points. The server is up at once; what needs keys waits for them.
 * @throws TypeError when `herstellerIk` has not nine digits
 */
export async function startGkvSandbox(options: GkvSandboxOptions): Promise<GkvSandbox> {
  const { dataDirectory, clock, log, host = '127.0.0.1' } = options;
  const herstellerIk = options.herstellerIk ?? DEFAULT_HERSTELLER_IK;
  if (!/^\d{9}$/.test(herstellerIk)) throw new TypeError('herstellerIk must have nine digits');
  const directory = join(dataDirectory, 'pki');
  const ledger = await CodeLedger.open(dataDirectory);
  const validators = await openValidators(options);
  const pki = openTestPki({ directory, herstellerIk, now: clock.now() });
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000 });
  const port = (): number => (server.address() as AddressInfo).port;
  const state: SandboxState = {
    clock,
    log,
    pki,
    ledger,
    faults: new Faults(),
    exchanges: new ExchangeLog(),
    validators,
    payeeIks: options.payeeIks ?? [],
    authority: () => options.publicAuthority ?? `${reachable(host)}:${port()}`,
  };
  serve(server, state);
  await listen(server, options.port, host);
  const url = `http://${reachable(host)}:${port()}`;
  log('listening', { url });
  const ready = pki.then(
    () => log('ready', { herstellerIk }),
    (error: unknown) => {
      log('pki-failed', { reason: isNativeError(error) ? error.message : 'unknown' });
      throw error;
    },
  );
  // Whoever awaits `ready` sees the failure; nobody has to.
  ready.catch(() => undefined);
  return {
    url,
    port: port(),
    herstellerIk,
    files: pkiFiles(directory),
    ready,
    close: () => close(server),
  };
}

function serve(server: Server, state: SandboxState): void {
  server.on('request', (request, response) => {
    void respond(request, response, state);
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  state: SandboxState,
): Promise<void> {
  const answer = await route(request, state).catch((error: unknown) => {
    state.log('failure', { reason: isNativeError(error) ? error.message : 'unknown' });
    return plain(500, 'The sandbox failed');
  });
  if (answer === undefined || response.destroyed) return;
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Content-Length': Buffer.byteLength(answer.body),
  });
  response.end(answer.body);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** An address a client on this machine can use for the address listened on. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
