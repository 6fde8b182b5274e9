import type { Clock } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import type { AuthKeys } from './key-file.ts';
import { type SigningSchedule, signingSchedule } from './signing-schedule.ts';

/** The keys in use. They change while the server runs: by the clock, and when their file does. */
export interface KeyRing {
  current(): AuthKeys;
  signing(): SigningSchedule;
  /**
   * Looks at the file and at the clock. @returns true if other keys are to be used from now on
   * @throws FhirError `AUTH_KEYS_INVALID`; what was in use stays in use
   */
  refresh(): Promise<boolean>;
}

/**
 * @param read reads the key file
 * @param lifetime seconds that the longest token lives, with a margin for clocks
 */
export async function keyRing(
  read: () => Promise<AuthKeys>,
  clock: Clock,
  lifetime: number,
): Promise<KeyRing> {
  const scheduled = (keys: AuthKeys): SigningSchedule =>
    signingSchedule(keys.signing.keys, Math.floor(clock.now() / 1000), lifetime);
  let keys = await read();
  let signing = scheduled(keys);
  let mark = fingerprint(keys, signing);
  return {
    current: () => keys,
    signing: () => signing,
    async refresh() {
      const next = await read();
      if (!next.pepper.equals(keys.pepper)) {
        throw authError('AUTH_KEYS_INVALID', { reason: 'the pepper is another one' });
      }
      const order = scheduled(next);
      const found = fingerprint(next, order);
      if (found === mark) return false;
      keys = next;
      signing = order;
      mark = found;
      return true;
    },
  };
}

function fingerprint(keys: AuthKeys, { published }: SigningSchedule): string {
  return JSON.stringify([
    published.map(({ kid }) => kid),
    keys.cookie.map((key) => key.toString('base64url')),
    keys.encryption.map(({ id, key }) => [id, key.toString('base64url')]),
  ]);
}
