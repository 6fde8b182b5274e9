import { spawn } from 'node:child_process';
import { join } from 'node:path';

const LIMIT_MS = 120_000;
const MAX_OUTPUT = 4_000;

/**
 * Builds the page in a process of its own, which gets nothing of the server's environment.
 * @param root of the project
 * @throws TypeError with the end of what the build printed, when it fails or takes longer than two minutes
 */
export async function buildApart(root: string): Promise<void> {
  const script = join(root, 'scripts/console-build.ts');
  const child = spawn(process.execPath, ['--no-warnings=ExperimentalWarning', script], {
    cwd: root,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-MAX_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new TypeError(`The console cannot be built: ${output.trim()}`);
}
