// `npm run console:build`: bundles the admin console (plugins/console/web) into dist/console. File names hold the digest of
// their content; the manifest is written last, so a server that reads meanwhile finds either the old page or the new one.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import {
  BUNDLE_FOLDER,
  type BundleManifest,
  MANIFEST_FILE,
  readManifest,
} from '../plugins/console/bundle/manifest.ts';
import { sourceDigest } from '../plugins/console/bundle/source-digest.ts';

const compress = promisify(brotliCompress);
const root = dirname(import.meta.dirname);
const folder = join(root, BUNDLE_FOLDER);
const LICENCES = 'licences.txt';

const before = await readManifest(folder).catch(() => undefined);
const sources = await sourceDigest(root);
const result = await build({
  absWorkingDir: root,
  entryPoints: { console: 'plugins/console/web/src/main.tsx' },
  outdir: folder,
  write: false,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: false,
  legalComments: 'none',
  metafile: true,
  entryNames: '[name]-[hash]',
  chunkNames: 'part-[hash]',
  assetNames: '[name]-[hash]',
  // Medplum's components ask their own build for settings; there are none.
  define: { 'process.env.NODE_ENV': '"production"', 'import.meta.env': '{}' },
  // Medplum's components name it as an optional peer; the console brings its own router.
  alias: { 'react-router': './plugins/console/web/src/routing/react-router.tsx' },
  tsconfig: 'plugins/console/web/tsconfig.json',
  logLevel: 'warning',
});

const written: string[] = [];
const sizes: [name: string, bytes: number][] = [];
await mkdir(folder, { recursive: true });
for (const { path, contents } of result.outputFiles)
  await put(path.slice(folder.length + 1), contents);
await put(LICENCES, Buffer.from(await licences(result.metafile)));

const entry = Object.entries(result.metafile.outputs).find(
  ([, { entryPoint }]) => entryPoint !== undefined,
);
if (entry === undefined) throw new TypeError('The build has no entry point');
const nameOf = (path: string): string => path.slice(BUNDLE_FOLDER.length + 1);
const manifest: BundleManifest = {
  sources,
  script: nameOf(entry[0]),
  styles: entry[1].cssBundle === undefined ? [] : [nameOf(entry[1].cssBundle)],
  files: written,
};
const draft = join(folder, `${MANIFEST_FILE}.${process.pid}`);
await writeFile(draft, JSON.stringify(manifest, null, 2));
await rename(draft, join(folder, MANIFEST_FILE));

// The files of the build before stay: a page that is open somewhere may still ask for them.
const kept = new Set([MANIFEST_FILE, ...written, ...(before?.files ?? [])]);
for (const name of await readdir(folder)) {
  if (!kept.has(name) && !name.startsWith(MANIFEST_FILE)) await rm(join(folder, name));
}
const size = (ending: string): number =>
  Math.round(
    sizes.filter(([name]) => name.endsWith(ending)).reduce((sum, [, bytes]) => sum + bytes, 0) /
      1024,
  );
console.log(
  `console: script ${size('.js')} KiB (${size('.js.br')} compressed), styles ${size('.css')} KiB (${size('.css.br')} compressed)`,
);

/** Writes a file and its compressed form. */
async function put(name: string, content: Uint8Array): Promise<void> {
  await writeFile(join(folder, name), content);
  const brotli = await compress(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  await writeFile(join(folder, `${name}.br`), brotli);
  written.push(name, `${name}.br`);
  sizes.push([name, content.length], [`${name}.br`, brotli.length]);
}

/** Names, versions and licences of all packages in the bundle, with the text of each licence. */
async function licences(metafile: Metafile): Promise<string> {
  const packages = new Set<string>();
  for (const input of Object.keys(metafile.inputs)) {
    const [, found] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
    if (found !== undefined) packages.add(found);
  }
  const parts: string[] = [];
  for (const path of [...packages].sort()) {
    const described = JSON.parse(await readFile(join(root, path, 'package.json'), 'utf8')) as {
      readonly name: string;
      readonly version: string;
      readonly license?: string;
    };
    const file = (await readdir(join(root, path))).find((name) =>
      /^licen[cs]e(?:\.|$)/i.test(name),
    );
    const text = file === undefined ? '' : await readFile(join(root, path, file), 'utf8');
    parts.push(
      `${described.name} ${described.version} (${described.license ?? 'no licence named'})\n\n${text.trim()}`,
    );
  }
  return `${parts.join(`\n\n${'-'.repeat(78)}\n\n`)}\n`;
}
