import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DEFINITIONS_CACHE, TEST_PLUGINS, testConfig } from './server.ts';
import type { TestDatabases } from './test-databases.ts';

/** The server as a process that can be killed and started again on the same databases and port. */
export interface ServerProcess {
  /** Origin, without a trailing slash. */
  readonly url: string;
  /** Its data directory. */
  readonly directory: string;
  /** Process id while it runs. */
  pid(): number | undefined;
  /** Ends it the hard way; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again after it was killed. */
  start(): Promise<void>;
  /** Ends it for good and removes its folder. */
  close(): Promise<void>;
}

/**
 * Starts the server as a process of its own.
 * @param more settings in the notation of `--set`
 * @param nodeOptions for its Node, such as a limit of its heap
 * @param pluginDirectory its plugins; those of the tests unless told
 */
export async function startServerProcess(
  databases: TestDatabases,
  more: readonly string[] = [],
  nodeOptions: readonly string[] = [],
  pluginDirectory: string = TEST_PLUGINS,
): Promise<ServerProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'diga-server-'));
  const botDirectory = join(directory, 'bots');
  await mkdir(botDirectory);
  await mkdir(DEFINITIONS_CACHE, { recursive: true });
  await symlink(DEFINITIONS_CACHE, join(directory, 'cache'));
  const config = await testConfig(databases, directory, [
    ...(pluginDirectory === TEST_PLUGINS ? ['plugins.test-hook.enabled=false'] : []),
    ...more,
  ]);
  const settings = JSON.stringify({ config, pluginDirectory, botDirectory });
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const program = join(import.meta.dirname, 'server-child.ts');
    const started = spawn(process.execPath, ['--no-warnings', ...nodeOptions, program, settings], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child = started;
    const lines = createInterface({ input: started.stdout });
    const exited = once(started, 'exit').then(() => {
      throw new Error('The server process ended before it listened');
    });
    await Promise.race([once(lines, 'line'), exited]);
    exited.catch(() => undefined);
  };
  const kill = async (): Promise<void> => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    url: config.http.origin,
    directory,
    pid: () => child?.pid,
    kill,
    start,
    async close() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
