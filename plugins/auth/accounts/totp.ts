import { Secret, TOTP } from 'otpauth';
import type { Clock } from '../../../src/plugin/sdk.ts';

/** Algorithms an account may use; SHA-1 only by configuration. */
export type TotpAlgorithm = 'SHA256' | 'SHA1';

const SECRET_BYTES = 32;
const PERIOD_SECONDS = 30;
const WINDOW = 1;

/** Time-based one-time passwords. @see https://www.rfc-editor.org/rfc/rfc6238 */
export interface TotpFactor {
  /** New secret in base32. */
  newSecret(): string;
  /** `otpauth:` URI for an authenticator app; the label is the handle, so the app shows no name either. */
  uri(secret: string, algorithm: TotpAlgorithm, handle: string): string;
  /** Counter of the time step the code belongs to, or undefined: wrong, malformed, or too far off in time. */
  match(secret: string, algorithm: TotpAlgorithm, code: string): number | undefined;
}

/** One step before and after the current one is accepted, for clocks that differ by up to 30 s. */
export function totpFactor(clock: Clock, issuer: string): TotpFactor {
  const totp = (secret: string, algorithm: TotpAlgorithm, label: string): TOTP =>
    new TOTP({
      issuer,
      label,
      algorithm,
      digits: 6,
      period: PERIOD_SECONDS,
      secret: Secret.fromBase32(secret),
    });
  return {
    newSecret: () => new Secret({ size: SECRET_BYTES }).base32,
    uri: (secret, algorithm, handle) => totp(secret, algorithm, handle).toString(),
    match(secret, algorithm, code) {
      const digits = code.slice(0, 16).replace(/\s/g, '');
      if (!/^\d{6}$/.test(digits)) return undefined;
      const timestamp = clock.now();
      const delta = totp(secret, algorithm, '').validate({
        token: digits,
        timestamp,
        window: WINDOW,
      });
      return delta === null ? undefined : Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta;
    },
  };
}
