import type { AuthorizationCode, KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { Clock } from '../../../src/plugin/sdk.ts';
import type { ChosenIdentity } from '../identities/chosen-identity.ts';
import type { Identities } from '../identities/identities.ts';
import { deviceName } from '../logins/device-name.ts';
import type { LoginLimits } from '../logins/login-limits.ts';
import type { Login, LoginStore } from '../logins/login-store.ts';
import { networkPrefix } from '../logins/network-prefix.ts';
import type { ClientAddress } from '../pages/client-address.ts';
import type { Launching } from '../smart/launching.ts';
import { acrMeets, demandedAcr } from '../security/assurance.ts';
import { storeKey } from '../tokens/store-key.ts';
import { TWO_FACTOR_ACR } from './acr.ts';
import { answersOf } from './interaction-result.ts';

/** The logins behind codes and tokens. */
export interface GrantLogins {
  /** Keeps the login that a code is about to be issued for. @throws AccessDenied nobody to act as */
  keep(ctx: KoaContextWithOIDC, code: AuthorizationCode): Promise<Login>;
  /** The login behind a code or refresh token, if it may be used now; remembered for the request. */
  living(ctx: KoaContextWithOIDC, grantId: string): Promise<Login | undefined>;
  /** Notes that tokens were issued for the login of a request, and the key of the device that they are bound to. */
  used(login: Login, thumbprint: string | undefined): Promise<void>;
}

export interface GrantLoginParts {
  readonly logins: LoginStore;
  readonly limits: LoginLimits;
  readonly chosen: ChosenIdentity;
  readonly identities: Pick<Identities, 'of'>;
  readonly launching: Launching;
  readonly address: ClientAddress;
  readonly clock: Clock;
}

export function grantLogins(parts: GrantLoginParts): GrantLogins {
  const { logins, limits, chosen, identities, launching, address, clock } = parts;
  const found = new WeakMap<object, Promise<Login | undefined>>();
  const find = async (grantId: string): Promise<Login | undefined> => {
    const login = await logins.byGrantKey(storeKey(grantId));
    if (login === undefined || !limits.living(login, clock.now())) return undefined;
    // The account may have lost the identity meanwhile, or the identity may demand a better sign-in than it did.
    const all = await identities.of(login.accountId);
    const now = all.find(({ membershipId }) => membershipId === login.membershipId);
    return now !== undefined && acrMeets(login.acr, demandedAcr(now.class)) ? login : undefined;
  };
  return {
    async keep(ctx, code) {
      const { session, client } = ctx.oidc;
      const { accountId, grantId, sessionUid, scope = '' } = code;
      if (!client || !accountId || !grantId || !sessionUid) {
        throw new TypeError('A code without client, account, grant or session');
      }
      const sessionKey = storeKey(sessionUid);
      const grantKey = storeKey(grantId);
      const kept = await logins.ofSession(sessionKey);
      const present = kept.find((login) => login.grantKey === grantKey);
      const identity = await chosen.of(ctx, present?.membershipId ?? kept[0]?.membershipId);
      if (identity === undefined) throw new errors.AccessDenied('no identity was chosen');
      const launched = await launching.of(ctx, identity.membershipId);
      await launching.use(ctx);
      const { signIn = {} } = answersOf(ctx);
      const [before] = kept;
      const device = signIn.device ?? deviceName(ctx.get('user-agent')) ?? before?.device;
      const network = signIn.network ?? networkPrefix(address(ctx.req));
      const authTime = new Date((code.authTime ?? Math.floor(clock.now() / 1000)) * 1000);
      return logins.create({
        accountId,
        clientId: client.clientId,
        ...identity,
        scope,
        authMethod: signIn.authMethod ?? before?.authMethod ?? 'password',
        acr: session?.acr ?? TWO_FACTOR_ACR,
        amr: session?.amr ?? [],
        authTime,
        grantKey,
        sessionKey,
        ...(device === undefined ? {} : { device }),
        ...(network === undefined ? {} : { network }),
        context: launched.context,
        expiresAt: limits.end(identity.class, authTime, false),
      });
    },
    living(ctx, grantId) {
      const known = found.get(ctx);
      if (known !== undefined) return known;
      const asked = find(grantId);
      found.set(ctx, asked);
      return asked;
    },
    async used(login, thumbprint) {
      await logins.touch([login.id], new Date(clock.now()));
      if (thumbprint === undefined || thumbprint === login.deviceKey) return;
      await logins.bindDevice(login.id, thumbprint, limits.end(login.class, login.authTime, true));
    },
  };
}
