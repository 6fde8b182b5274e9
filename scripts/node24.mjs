// Runs a script under Node 24 whatever Node started npm: the runtime comes as an npm package for the platform, so a
// machine needs no more than any Node from 20 on. Plain JavaScript, because Node 20 runs this file.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** Path of a Node that strips types: the one running now if it is new enough, else the packaged one. */
export function nodeBinary() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 2)) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  try {
    return require.resolve(`${name}/bin/node`);
  } catch {
    console.error(
      `diga-server needs Node 24. The package ${name} is not installed (no build for this platform, or npm ran with ` +
        '--omit=optional). Install Node 24.2 or newer and start again.',
    );
    process.exit(1);
  }
}

const child = spawn(nodeBinary(), ['--no-warnings=ExperimentalWarning', ...process.argv.slice(2)], {
  stdio: 'inherit',
  // Stripped and compiled modules are kept: a later start saves a third of a second. The folder belongs to the checkout,
  // since whoever can write there can already change the code.
  env: {
    NODE_COMPILE_CACHE: fileURLToPath(
      new URL('../node_modules/.cache/diga-server', import.meta.url),
    ),
    ...process.env,
  },
});
// Ctrl-C reaches the whole foreground process group, so the child already has it; only forward what came to us alone.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
process.on('SIGHUP', () => child.kill('SIGHUP'));
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? code : 128 + (constants.signals[signal] ?? 0);
});
