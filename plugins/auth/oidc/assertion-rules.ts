import { errors } from 'oidc-provider';
import type { Configuration } from 'oidc-provider';
import type { Throttle } from '../accounts/throttle.ts';
import { CLIENT_RULE } from '../accounts/throttle.ts';
import type { ClientAddress } from '../pages/client-address.ts';

/** A client assertion lives five minutes at most. @see SMART Backend Services, section 2.2.1 */
const MAX_LIFETIME = 300;
/** Seconds that the clock of a client may be fast. @see https://openid.net/specs/fapi-security-profile-2_0-final.html 5.3.2.1 */
const CLOCK_TOLERANCE = 60;

/** Rules for client assertions beyond those of RFC 7523. */
export function assertionRules(
  throttle: Throttle,
  address: ClientAddress,
  now: () => number,
): NonNullable<Configuration['assertJwtClientAuthClaimsAndHeader']> {
  return async (ctx, claims, _header, client) => {
    const expiresAt = claims['exp'];
    if (
      typeof expiresAt !== 'number' ||
      expiresAt > now() / 1000 + MAX_LIFETIME + CLOCK_TOLERANCE
    ) {
      throw new errors.InvalidClientAuth('client assertions live five minutes at most');
    }
    if (claims['sub'] !== client.clientId) {
      throw new errors.InvalidClientAuth('sub must be the client_id');
    }
    if ((await throttle.blocked(CLIENT_RULE, `${client.clientId} ${address(ctx.req)}`)) > 0) {
      throw new errors.InvalidClientAuth('too many refused assertions');
    }
  };
}
