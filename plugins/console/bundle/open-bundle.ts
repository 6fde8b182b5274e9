import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Mode } from '../../../src/plugin/sdk.ts';
import { buildApart } from './build-apart.ts';
import { BUNDLE_FOLDER, type BundleManifest, readManifest } from './manifest.ts';
import { sourceDigest } from './source-digest.ts';

/** One file of the page, in memory. */
export interface Asset {
  readonly content: Buffer;
  /** The same, compressed with Brotli. */
  readonly brotli: Buffer | undefined;
}

/** The built page. Only what the manifest names can be asked for. */
export interface Bundle {
  readonly script: string;
  readonly styles: readonly string[];
  readonly assets: ReadonlyMap<string, Asset>;
}

/** Where the page comes from. */
export interface BundleParts {
  /** Root of the project. */
  readonly root: string;
  readonly mode: Mode;
  readonly log: Logger;
  /** Builds the page; `npm run console:build` in a process of its own unless told. */
  readonly build?: (root: string) => Promise<void>;
}

/**
 * Opens the built page. The sandbox builds it where it is missing or older than its sources; production takes what is there
 * and never compiles.
 * @throws TypeError when there is none, or when it cannot be built
 */
export async function openBundle(parts: BundleParts): Promise<Bundle> {
  const { root, mode, log, build = buildApart } = parts;
  const folder = join(root, BUNDLE_FOLDER);
  let manifest = await readManifest(folder);
  if (mode === 'sandbox' && manifest?.sources !== (await sourceDigest(root))) {
    log.info('console.build.started');
    await build(root);
    manifest = await readManifest(folder);
  }
  if (manifest === undefined)
    throw new TypeError('The console was not built: npm run console:build');
  return load(folder, manifest);
}

async function load(folder: string, manifest: BundleManifest): Promise<Bundle> {
  const names = new Set(manifest.files);
  const assets = new Map<string, Asset>();
  for (const name of names) {
    if (name.endsWith('.br')) continue;
    const brotli = names.has(`${name}.br`) ? await readFile(join(folder, `${name}.br`)) : undefined;
    assets.set(name, { content: await readFile(join(folder, name)), brotli });
  }
  return { script: manifest.script, styles: manifest.styles, assets };
}
