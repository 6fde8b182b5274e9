import type { IdentityClass } from '../../../src/plugin/sdk.ts';
import type { LoginsConfig } from '../config/logins.ts';
import type { Login } from './login-store.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** How long logins last. @see IT-Grundschutz ORP.4, TR-03161-3 O.Auth_14 */
export interface LoginLimits {
  /** End of a login, counted from the sign-in. @param device true if it is bound to the key of a device */
  end(kind: IdentityClass, authTime: Date, device: boolean): Date;
  /** True while a login may be renewed at a moment: not ended, not left unused for too long. */
  living(login: Login, now: number): boolean;
  /** True if a sign-in of this class still answers for the person. */
  fresh(kind: IdentityClass, authTime: number, lastUsed: number | undefined, now: number): boolean;
}

export function loginLimits(config: LoginsConfig): LoginLimits {
  const absolute = (kind: IdentityClass): number => config[kind].absoluteMinutes * MINUTE;
  const idle = (kind: IdentityClass): number => config[kind].idleMinutes * MINUTE;
  const bound = ({ class: kind, deviceKey }: Login): boolean =>
    deviceKey !== undefined && kind === 'patient' && config.deviceDays > 0;
  return {
    end(kind, authTime, device) {
      const days = device && kind === 'patient' ? config.deviceDays * DAY : 0;
      return new Date(authTime.getTime() + Math.max(days, absolute(kind)));
    },
    living(login, now) {
      if (login.revoked || login.expiresAt.getTime() <= now) return false;
      // On a device of one person the app asks for the lock of the device; only the person knows how long it lay aside.
      return bound(login) || login.lastUsedAt.getTime() + idle(login.class) > now;
    },
    fresh(kind, authTime, lastUsed, now) {
      if (authTime + absolute(kind) <= now) return false;
      return lastUsed === undefined || lastUsed + idle(kind) > now;
    },
  };
}
