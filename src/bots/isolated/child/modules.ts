import * as core from '@medplum/core';
import * as buffer from 'node:buffer';
import * as crypto from 'node:crypto';
import * as util from 'node:util';

const pick = (module: object, names: readonly string[]): object =>
  Object.freeze(
    Object.fromEntries(names.map((name) => [name, (module as Record<string, unknown>)[name]])),
  );

const CRYPTO = pick(crypto, [
  'createCipheriv',
  'createDecipheriv',
  'createHash',
  'createHmac',
  'createPrivateKey',
  'createPublicKey',
  'createSecretKey',
  'createSign',
  'createVerify',
  'hash',
  'randomBytes',
  'randomInt',
  'randomUUID',
  'sign',
  'timingSafeEqual',
  'verify',
  'webcrypto',
]);
const UTIL = pick(util, ['format', 'isDeepStrictEqual', 'TextDecoder', 'TextEncoder']);
const BUFFER = pick(buffer, ['Buffer', 'Blob', 'atob', 'btoa']);
const URLS = Object.freeze({ URL, URLSearchParams });

/** What the code of a bot may `require`: what Medplum's runtimes offer of themselves, and parts of Node that only compute. */
const MODULES: ReadonlyMap<string, object> = new Map<string, object>([
  ['@medplum/core', core],
  ['@medplum/fhirtypes', Object.freeze({})],
  ['crypto', CRYPTO],
  ['util', UTIL],
  ['buffer', BUFFER],
  ['url', URLS],
]);

/**
 * `require` as a bot has it.
 * @throws TypeError for everything that it may not have
 */
export function requireModule(name: unknown): object {
  const module = typeof name === 'string' ? MODULES.get(name.replace(/^node:/, '')) : undefined;
  if (module !== undefined) return module;
  throw new TypeError(`A bot cannot require "${String(name).slice(0, 100)}"; bundle what it needs`);
}
