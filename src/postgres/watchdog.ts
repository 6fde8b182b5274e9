import { spawn } from 'node:child_process';
import { CHILD_ENVIRONMENT } from './child-environment.ts';
import type { Cluster } from './cluster.ts';

/**
 * A shell that waits on a pipe which only we hold. When we die, however that happens, the kernel closes the pipe and the
 * shell stops the server: gently, after 30 seconds at once. The word `released` ends the shell alone.
 */
const SCRIPT = `
read -r word
[ "$word" = released ] && exit 0
kill -INT "$1" 2>/dev/null
seconds=0
while kill -0 "$1" 2>/dev/null; do
  [ "$seconds" -eq 30 ] && kill -QUIT "$1" 2>/dev/null
  seconds=$((seconds + 1))
  sleep 1
done
`;

/**
 * Ties a server process to this one, so that it never outlives us.
 * @returns the function that unties it
 */
export function tieToThisProcess(pid: number, cluster: Cluster): () => void {
  const watchdog = spawn('/bin/sh', ['-c', SCRIPT, 'diga-server-watchdog', String(pid)], {
    cwd: '/',
    env: CHILD_ENVIRONMENT,
    // A session of its own: what ends our process group must not end the watchdog first.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    ...cluster.account?.server,
  });
  watchdog.unref();
  // A watchdog that was killed leaves a broken pipe, which is no reason to fall.
  watchdog.stdin.on('error', () => undefined);
  watchdog.on('error', () => undefined);
  return () => {
    watchdog.stdin.end('released\n');
  };
}
