/**
 * Bundles each bot of `bots/` into one CommonJS file that a stock Medplum server runs as it is: `npm run bundle-bots`.
 * `@medplum/core` stays outside, because Medplum's bot runtimes bring it.
 */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Writes `<name>.cjs` for each folder of `directory` that holds a `bot.ts`.
 * @returns names of the bots, in alphabetical order.
 */
export async function bundleBots(
  directory: string,
  outDirectory: string,
): Promise<readonly string[]> {
  const folders = await readdir(directory, { withFileTypes: true });
  const names: string[] = [];
  for (const folder of folders.filter((entry) => entry.isDirectory())) {
    const files = await readdir(join(directory, folder.name));
    if (files.includes('bot.ts')) names.push(folder.name);
  }
  names.sort();
  await build({
    // Paths stand in the bundle as comments: from the bots' folder, so that the same bots are the same bytes everywhere.
    absWorkingDir: resolve(directory),
    entryPoints: names.map((name) => ({ in: resolve(directory, name, 'bot.ts'), out: name })),
    outdir: resolve(outDirectory),
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['@medplum/core'],
    legalComments: 'none',
    logLevel: 'warning',
  });
  return names;
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const outDirectory = join(root, 'dist', 'bots');
  const names = await bundleBots(join(root, 'bots'), outDirectory);
  console.log(`${String(names.length)} bots in ${outDirectory}: ${names.join(', ')}`);
}
