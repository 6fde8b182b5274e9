import { DATA_AREAS } from '../postgres/database-names.ts';
import type { Config } from './config.ts';
import { unsafeListener, unsafeListenerInProduction } from './unsafe-listener.ts';

/** A setting that is well-formed and still refused. */
export interface UnsafeSetting {
  readonly path: readonly string[];
  readonly expected: string;
}

/** Hosts to which a connection never leaves the machine: an address of it, or the folder of a Unix socket. */
const LOCAL_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|%2[fF].*)$/;
const HOST_OF_URL = /^\w+:\/\/(?:[^@/]*@)?([^/?]*?)(?::\d+)?(?:[/?]|$)/;

/** What is refused in every mode: settings that undo the separation of the data areas. */
export function* unsafeAnywhere(config: Config): Generator<UnsafeSetting> {
  const seen = new Map<string, string>();
  for (const area of config.databases === undefined ? [] : DATA_AREAS) {
    const url = config.databases?.[area].url ?? '';
    const place = url.replace(/^\w+:\/\/(?:[^@/]*@)?/, '');
    const other = seen.get(place);
    if (other !== undefined) {
      yield {
        path: ['databases', area, 'url'],
        expected: `a database of its own, other than that of databases.${other}`,
      };
    }
    seen.set(place, area);
  }
  yield* unsafeListener(config);
  if (config.search.defaultCount > config.search.maxCount) {
    yield { path: ['search', 'defaultCount'], expected: 'at most search.maxCount' };
  }
}

/** What is refused in production only. */
export function* unsafeInProduction(config: Config): Generator<UnsafeSetting> {
  if (!config.http.origin.startsWith('https://')) {
    yield { path: ['http', 'origin'], expected: 'an https origin in production' };
  }
  yield* unsafeListenerInProduction(config);
  if (config.sandboxes) {
    yield { path: ['sandboxes'], expected: 'false in production' };
  }
  if (config.log.level === 'trace') {
    yield { path: ['log', 'level'], expected: 'debug or less in production' };
  }
  if (config.redis !== undefined && !isSafeRedis(config.redis.url)) {
    yield {
      path: ['redis', 'url'],
      expected: 'rediss:// for a host other than this in production',
    };
  }
  for (const area of config.databases === undefined ? [] : DATA_AREAS) {
    const { url, ownerUrl } = config.databases?.[area] ?? { url: '', ownerUrl: '' };
    if (userOf(url) === userOf(ownerUrl)) {
      yield {
        path: ['databases', area, 'url'],
        expected: 'another role than databases.*.ownerUrl, which may change tables, in production',
      };
    }
    for (const [key, value] of Object.entries({ url, ownerUrl })) {
      if (!isLocal(value) && !/[?&]sslmode=verify-full(?:&|$)/.test(value)) {
        yield {
          path: ['databases', area, key],
          expected: 'sslmode=verify-full for a host other than this in production',
        };
      }
    }
  }
}

function isSafeRedis(url: string): boolean {
  return url.startsWith('rediss://') || isLocal(url);
}

function isLocal(url: string): boolean {
  const host = HOST_OF_URL.exec(url)?.[1] ?? '';
  return host === '' || LOCAL_HOST.test(host);
}

function userOf(url: string): string | undefined {
  return /^\w+:\/\/([^:@/]*)/.exec(url)?.[1];
}
