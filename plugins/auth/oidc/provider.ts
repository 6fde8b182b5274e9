import Provider from 'oidc-provider';
import type { Adapter, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Throttle } from '../accounts/throttle.ts';
import type { Clock } from '../../../src/plugin/sdk.ts';
import { cookieSigner } from '../keys/cookie-signer.ts';
import type { AuthKeys } from '../keys/key-file.ts';
import type { ClientAddress } from '../pages/client-address.ts';
import { TWO_FACTOR_ACR } from './acr.ts';
import { accessTokenClaims } from './access-token-claims.ts';
import { ENABLED_ALGORITHMS } from './algorithms.ts';
import { assertionRules } from './assertion-rules.ts';
import { fhirResource } from './fhir-resource.ts';
import { firstPartyGrant } from './first-party-grant.ts';
import { loginPolicy } from './interaction-policy.ts';
import { lifetimes } from './lifetimes.ts';
import { INTERACTION_PREFIX, PROVIDER_ROUTES, USERINFO_PATH } from './paths.ts';

export interface ProviderParts {
  /** Issuer: the public origin of the server. */
  readonly origin: string;
  /** Audience of access tokens: the FHIR base. */
  readonly audience: string;
  readonly keys: AuthKeys;
  readonly adapter: (model: string) => Adapter;
  readonly accounts: AccountStore;
  readonly throttle: Throttle;
  readonly address: ClientAddress;
  readonly clock: Clock;
  readonly renderError: NonNullable<Configuration['renderError']>;
  readonly logoutSource: (ctx: KoaContextWithOIDC, form: string) => void;
  readonly logoutDone: (ctx: KoaContextWithOIDC) => void;
}

/**
 * The OpenID Provider. Only the code flow with PKCE and the client credentials grant exist; there is no password grant
 * and no implicit flow.
 */
export function openIdProvider(parts: ProviderParts): Provider {
  const { accounts, audience, clock } = parts;
  const secure = parts.origin.startsWith('https:');
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure } as const;
  const prefix = secure ? '__Host-' : '';
  const provider = new Provider(parts.origin, {
    acrValues: [TWO_FACTOR_ACR],
    adapter: parts.adapter,
    assertJwtClientAuthClaimsAndHeader: assertionRules(parts.throttle, parts.address, () =>
      clock.now(),
    ),
    claims: {
      acr: null,
      amr: null,
      auth_time: null,
      iss: null,
      sid: null,
      openid: ['sub'],
      fhirUser: ['fhirUser'],
    },
    clientAuthMethods: ['none', 'private_key_jwt'],
    clientBasedCORS: (_ctx, origin, client) => {
      const allowed = client['allowed_origins'];
      return Array.isArray(allowed) && allowed.includes(origin);
    },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: {
      keys: cookieSigner(parts.keys.cookie),
      // A __Host- cookie needs the path /; those of an interaction are bound to its pages instead.
      names: {
        session: `${prefix}session`,
        interaction: 'interaction',
        resume: 'interaction_resume',
      },
      long: cookie,
      short: cookie,
    },
    discovery: { userinfo_endpoint: `${parts.origin}${USERINFO_PATH}` },
    enabledJWA: ENABLED_ALGORITHMS,
    // Signing out in the browser ends what hangs on the session, refresh tokens included.
    expiresWithSession: () => true,
    extraClientMetadata: {
      properties: ['first_party', 'allowed_origins', 'fhir_profile', 'fhir_scope'],
    },
    extraTokenClaims: accessTokenClaims(accounts),
    features: {
      claimsParameter: { enabled: false },
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      // The host hands on the token alone, so the proof of possession could not be checked at the FHIR endpoints.
      dPoP: { enabled: false },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, indicator, client) =>
          fhirResource(audience, indicator, client, ctx),
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: parts.logoutSource,
        postLogoutSuccessSource: parts.logoutDone,
      },
      userinfo: { enabled: false },
    },
    async findAccount(_ctx, id) {
      const account = await accounts.byId(id);
      if (account?.state !== 'ACTIVE') return undefined;
      return {
        accountId: id,
        claims: () => ({ sub: id, fhirUser: `${audience}/${account.profile}` }),
      };
    },
    interactions: {
      policy: loginPolicy(),
      url: (_ctx, interaction) => `${INTERACTION_PREFIX}/${interaction.uid}`,
    },
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    jwks: { keys: parts.keys.signing.keys },
    loadExistingGrant: firstPartyGrant(audience),
    pkce: { required: () => true },
    renderError: parts.renderError,
    responseTypes: ['code'],
    rotateRefreshToken: true,
    routes: PROVIDER_ROUTES,
    scopes: ['openid', 'offline_access'],
    subjectTypes: ['public'],
    ttl: lifetimes(clock),
  });
  provider.proxy = true;
  return provider;
}
