import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IsolationLevel } from './isolation-level.ts';

const BOTS = join(import.meta.dirname, '..');
const ENTRY = join(import.meta.dirname, 'child/entry.ts');

/** Seconds of processor time after which the kernel ends a process, whatever became of the server. */
const CPU_SECONDS = 900;

/** MiB that Node itself takes beside the heap of a bot. */
export const NODE_MB = 256;

/** Below the server, so that a bot that computes takes only what is left over. */
const NICE = 10;

/** What the permission model of Node lets the process read: its own code, and nothing that is secret. */
function readable(): readonly string[] {
  const core = dirname(fileURLToPath(import.meta.resolve('@medplum/core')));
  return [
    join(BOTS, 'isolated/*'),
    join(BOTS, 'messages.ts'),
    join(BOTS, 'worker-console.ts'),
    join(core, '../../*'),
  ];
}

/**
 * The command that starts a process for one run: Node without permissions, without code from strings and with frozen
 * intrinsics, inside limits of the kernel, inside namespaces where the machine has them.
 */
export function launchCommand(level: IsolationLevel, memoryMb: number): readonly string[] {
  const node = [
    process.execPath,
    '--permission',
    ...readable().map((path) => `--allow-fs-read=${path}`),
    '--disallow-code-generation-from-strings',
    '--frozen-intrinsics',
    '--no-addons',
    '--no-warnings',
    '--no-experimental-global-navigator',
    '--disable-proto=delete',
    `--max-old-space-size=${String(memoryMb)}`,
    '--stack-size=900',
    ENTRY,
  ];
  if (level === 'process') return node;
  // -c: no core files; -f: writes no file; -t: processor time; exec keeps the process id.
  const limits = `ulimit -c 0 && ulimit -f 0 && ulimit -t ${String(CPU_SECONDS)} && exec "$@"`;
  const limited = ['/bin/sh', '-c', limits, 'sh', ...node];
  return level === 'limits' ? limited : [...NAMESPACES, ...limited];
}

/** Own users, network and processes; whoever starts it and dies takes it along. */
const NAMESPACES = [
  'setpriv',
  '--pdeathsig',
  'KILL',
  '--no-new-privs',
  '--',
  'unshare',
  '--user',
  '--map-user=65534',
  '--map-group=65534',
  '--net',
  '--ipc',
  '--uts',
  '--pid',
  '--fork',
  '--kill-child=KILL',
  '--',
];

/** Starts a process with an empty environment; descriptor 3 is the channel, all others lead nowhere. */
export function launch(level: IsolationLevel, memoryMb: number): ChildProcess {
  const [command = '', ...args] = launchCommand(level, memoryMb);
  const child = spawn(command, args, {
    env: level === 'namespaces' ? { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } : {},
    cwd: '/',
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  if (child.pid !== undefined) {
    try {
      setPriority(child.pid, NICE);
    } catch {
      // It has ended already, which its `exit` tells.
    }
  }
  return child;
}
