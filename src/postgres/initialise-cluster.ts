import { spawn } from 'node:child_process';
import { chown, lchown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ProcessIdentity } from './account.ts';
import { CHILD_ENVIRONMENT } from './child-environment.ts';
import { ADMIN_ROLE, type Cluster } from './cluster.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { failedWith } from './file-errors.ts';
import { handOver } from './hand-over.ts';
import { scramVerifier } from './scram-verifier.ts';

/**
 * Creates the data directory. Nothing is flushed to disk yet: the caller does that before it marks the cluster as
 * complete, and a cluster without the mark is made anew.
 * @throws EmbeddedPostgresError `POSTGRES_INIT_FAILED`, `POSTGRES_USER_UNNAMED`, `POSTGRES_USER_UNAVAILABLE`
 */
export async function initialiseCluster(cluster: Cluster, adminPassword: string): Promise<void> {
  await rm(cluster.data, { recursive: true, force: true });
  await mkdir(cluster.data, { mode: 0o700, recursive: true });
  const passwordFile = `${cluster.data}.verifier`;
  await writeFile(passwordFile, `${await scramVerifier(adminPassword)}\n`, { mode: 0o600 });
  try {
    if (cluster.account !== undefined) {
      const { uid, gid } = cluster.account.initdb;
      await chown(cluster.data, uid, gid);
      await chown(passwordFile, uid, gid);
    }
    await runInitdb(cluster, passwordFile);
    await writeFile(join(cluster.data, 'local.conf'), '# Settings of your own; they win.\n', {
      mode: 0o600,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
  if (cluster.account !== undefined) await giveTree(cluster.data, cluster.account.server);
}

/** Major version that wrote the data directory, such as `18`; undefined if there is none. */
export async function clusterVersion(cluster: Cluster): Promise<string | undefined> {
  try {
    return (await readFile(join(cluster.data, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function runInitdb(cluster: Cluster, passwordFile: string): Promise<void> {
  const handed = await handOver([cluster.data, passwordFile], cluster.account !== undefined);
  const [data, pwfile] = handed.names;
  try {
    const initdb = spawn(
      join(cluster.binaries.directory, 'bin/initdb'),
      [
        `--pgdata=${data}`,
        `--username=${ADMIN_ROLE}`,
        `--pwfile=${pwfile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--data-checksums',
        '--no-sync',
        '--no-instructions',
      ],
      {
        cwd: '/',
        env: CHILD_ENVIRONMENT,
        stdio: ['ignore', 'ignore', 'pipe', ...handed.descriptors],
        ...cluster.account?.initdb,
      },
    );
    const exit = new Promise<number | null>((resolve, reject) => {
      initdb.once('error', reject);
      initdb.once('close', resolve);
    });
    // Index 2 is the pipe asked for above; spawn with extra descriptors loses that in its types.
    const [code, messages] = await Promise.all([
      exit,
      initdb.stderr === null ? '' : text(initdb.stderr),
    ]);
    if (code !== 0) throw initFailure(messages, initdb.pid);
  } catch (error) {
    if (failedWith(error, 'EPERM', 'EINVAL')) {
      throw new EmbeddedPostgresError('POSTGRES_USER_UNAVAILABLE', {}, { cause: error });
    }
    throw error;
  } finally {
    await handed.close();
  }
}

function initFailure(messages: string, pid: number | undefined): EmbeddedPostgresError {
  const unnamed = /could not look up effective user ID (\d+)/.exec(messages);
  if (unnamed !== null) {
    return new EmbeddedPostgresError('POSTGRES_USER_UNNAMED', { uid: unnamed[1] ?? '?' });
  }
  const reason = messages.trim().split('\n').at(-1) ?? `process ${pid} failed`;
  return new EmbeddedPostgresError('POSTGRES_INIT_FAILED', { reason });
}

async function giveTree(directory: string, { uid, gid }: ProcessIdentity): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  await Promise.all(entries.map((entry) => lchown(join(entry.parentPath, entry.name), uid, gid)));
  await chown(directory, uid, gid);
}
