import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';

const PROGRAM = join(import.meta.dirname, '../../sandbox/gkv/main.ts');

/** Port of the stand-in: the one after the server's. */
const portOf = (config: Config): number => config.http.port + 1;

/** URL under which the stand-in of the insurers listens beside a server with this configuration. */
export function gkvSandboxUrl(config: Config): string {
  return `http://127.0.0.1:${String(portOf(config))}`;
}

/**
 * Starts the stand-in of the insurers as a process of its own: it belongs to the outside world, and nothing of it is in
 * the server. It ends with the server, also when the server is killed: its standard input closes then.
 */
export function startGkvSandboxProcess(config: Config, log: Logger): { readonly url: string; close(): Promise<void> } {
  const child = spawn(
    process.execPath,
    [
      '--no-warnings=ExperimentalWarning',
      PROGRAM,
      '--port',
      String(portOf(config)),
      '--data',
      join(config.dataDirectory, 'sandbox-gkv'),
      '--parent',
    ],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      if (code !== 0 && signal !== 'SIGTERM') log.error({ event: 'gkv.sandbox.ended', code, signal }, 'The GKV sandbox has ended');
      resolve();
    });
  });
  return {
    url: gkvSandboxUrl(config),
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
