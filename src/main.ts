import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from './clock.ts';
import { loadConfig } from './config/load.ts';
import { processSources } from './config/process-sources.ts';
import { ConfigError } from './config/problem.ts';
import { loggedError } from './logged-error.ts';
import { startServer } from './server.ts';
import { sandboxNames, startSandboxes } from './start/sandboxes.ts';
import { startScreen } from './start/screen.ts';

const started = systemClock.now();

/** Members that may hold a secret or a name; a log has ids and codes only. */
const REDACTED = ['*.authorization', '*.cookie', '*.password', '*.token'];

async function main(): Promise<void> {
  const config = loadConfig(processSources(process.argv.slice(2)));
  const log = pino({
    level: config.log.level,
    redact: REDACTED,
    serializers: { err: loggedError },
  });
  const { version } = JSON.parse(
    await readFile(join(import.meta.dirname, '../package.json'), 'utf8'),
  ) as {
    version: string;
  };
  const sandboxes = startSandboxes({
    names: config.sandboxes ? await sandboxNames() : [],
    firstPort: config.http.port + 1,
    dataDirectory: config.dataDirectory,
    log,
  });
  const server = await startServer({
    config,
    log,
    clock: systemClock,
    version,
    sandboxes,
  }).catch(async (error: unknown) => {
    await sandboxes.close();
    throw error;
  });
  let stopping = false;
  const stop = async (code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await server.close();
    await sandboxes.close();
    process.exit(code);
  };
  // Nothing is known of the state after this: the supervisor starts a new process, and the store recovers.
  process.on('unhandledRejection', (error) => {
    log.fatal({ event: 'process.unhandled', err: error }, 'A rejection was not handled');
    void stop(1);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Who has certificates renewed says so with a hangup; without any it means what it always did.
      if (signal === 'SIGHUP' && server.reload !== undefined) void server.reload();
      else void stop(0);
    });
  }
  process.stdout.write(
    startScreen({
      mode: config.mode,
      origin: config.http.origin,
      plugins: server.plugins,
      bots: server.bots,
      sandboxes: sandboxes.running,
      seconds: (systemClock.now() - started) / 1000,
    }),
  );
}

main().catch((error: unknown) => {
  const { message, stack } = error as { message?: string; stack?: string };
  process.stderr.write(
    `${error instanceof ConfigError ? String(message) : String(stack ?? message)}\n`,
  );
  process.exit(1);
});
