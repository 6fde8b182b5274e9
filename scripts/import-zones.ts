// Who may import what. One description for the lint rule (eslint.config.js) and for the test that checks every file.
import { posix } from 'node:path';

/** Packages that reach outside the process; the pure folders must not. */
const IMPURE =
  /^(?:pg|express|redis|pino|undici|node:(?:http2?|https|fs|fs\/promises|net|tls|dns|dgram|child_process|worker_threads|cluster|os))$/;

/** Folders of the host that compute only. */
const PURE = ['src/search/', 'src/access/'];
/** Folders of the host with effects, which pure folders take types from at most. */
const EFFECTS = [
  'src/storage/',
  'src/http/',
  'src/postgres/',
  'src/config/',
  'src/audit/',
  'src/blobs/',
  'src/bulk/',
  'src/jobs/',
  'src/subscriptions/',
];

/**
 * What a stand-in shares with the product. It must find the product's mistakes, so it has the envelope formats and the
 * clock in common with it, and no rule of its own subject (`lib/gkv`).
 */
const SHARED_WITH_SANDBOX = /^(?:src\/clock\.ts$|lib\/(?:secon|gkv-transport)\/)/;

const SDK = 'src/plugin/sdk.ts';

/**
 * What is wrong with one import; undefined if it is allowed.
 *
 * @param file importing file, from the project's root, with forward slashes
 * @param specifier as written
 * @param typeOnly true for `import type`
 */
export function importProblem(
  file: string,
  specifier: string,
  typeOnly = false,
): string | undefined {
  const [room = ''] = file.split('/');
  const relative = specifier.startsWith('.');
  const target = relative ? posix.join(posix.dirname(file), specifier) : specifier;
  if (!relative) return packageProblem(file, specifier, room, typeOnly);
  if (target.startsWith('..')) return 'imports stay inside the project';
  if (room === 'test' || room === 'scripts' || !file.includes('/')) return undefined;
  if (isTest(file)) return testProblem(file, target);
  if (!mayImport(room, file, target)) return `${room} may not import ${target}`;
  if (isTest(target)) return 'only tests import tests';
  if (!typeOnly && inside(file, PURE) && inside(target, EFFECTS)) {
    return `${posix.dirname(file)} computes only and may not import ${target}`;
  }
  return undefined;
}

function mayImport(room: string, file: string, target: string): boolean {
  const own = target.startsWith(`${room}/${file.split('/')[1] ?? ''}/`);
  const library = target.startsWith('lib/');
  switch (room) {
    case 'src':
      return target.startsWith('src/');
    case 'plugins':
      return own || library || target === SDK;
    case 'bots':
      return own || library;
    case 'lib':
      return library;
    case 'sandbox':
      return target.startsWith('sandbox/') || SHARED_WITH_SANDBOX.test(target);
    default:
      return true;
  }
}

function packageProblem(
  file: string,
  specifier: string,
  room: string,
  typeOnly: boolean,
): string | undefined {
  if (!typeOnly && inside(file, PURE) && !isTest(file) && IMPURE.test(specifier)) {
    return `${posix.dirname(file)} computes only and may not import ${specifier}`;
  }
  if (room === 'bots' && /^(?:pg|express)$/.test(specifier)) {
    return 'a bot reaches data through its MedplumClient only';
  }
  return undefined;
}

/** Tests of a plugin, bot or library may set up the host and the stand-ins, but not other plugins' insides. */
function testProblem(file: string, target: string): string | undefined {
  const [room, name] = file.split('/');
  const [targetRoom, targetName] = target.split('/');
  if (targetRoom !== 'plugins' && targetRoom !== 'bots') return undefined;
  return room === targetRoom && name === targetName
    ? undefined
    : `tests of ${room ?? ''}/${name ?? ''} may not import ${target}`;
}

function isTest(file: string): boolean {
  return /^(?:test\/|(?:plugins|bots|lib|sandbox)\/[^/]+\/test\/)/.test(file);
}

function inside(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => file.startsWith(folder));
}
