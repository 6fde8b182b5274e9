import type { Clock } from '../../../src/plugin/sdk.ts';
import type { LoginStore } from './login-store.ts';

/** Most logins that are remembered between two writings; who comes beyond that is written with the next use. */
const LIMIT = 100_000;

/** Uses of logins, noted without a statement on the request path. */
export interface LoginActivity {
  /** Notes that a login was used just now. */
  used(loginId: string): void;
  /** Writes what was noted, in one statement; what cannot be written stays noted. */
  flush(): Promise<void>;
}

/** Gathers uses, which are written once a minute at most: a killed node forgets the last minute of them. */
export function loginActivity(logins: Pick<LoginStore, 'touch'>, clock: Clock): LoginActivity {
  let noted = new Set<string>();
  return {
    used(loginId) {
      if (noted.size < LIMIT) noted.add(loginId);
    },
    async flush() {
      if (noted.size === 0) return;
      const written = noted;
      noted = new Set();
      try {
        await logins.touch([...written], new Date(clock.now()));
      } catch (error) {
        for (const id of written) noted.add(id);
        throw error;
      }
    },
  };
}
