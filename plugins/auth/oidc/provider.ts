import Provider from 'oidc-provider';
import type { Adapter, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Throttle } from '../accounts/throttle.ts';
import type { Clock } from '../../../src/plugin/sdk.ts';
import type { LoginsConfig } from '../config/logins.ts';
import type { TokensConfig } from '../config/tokens.ts';
import { cookieSigner } from '../keys/cookie-signer.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';
import type { SigningSchedule } from '../keys/signing-schedule.ts';
import type { ClientAddress } from '../pages/client-address.ts';
import { ACR_LADDER } from './acr.ts';
import { accessTokenClaims } from './access-token-claims.ts';
import { ENABLED_ALGORITHMS } from './algorithms.ts';
import { assertionRules } from './assertion-rules.ts';
import { checkedToken } from './checked-token.ts';
import { accountFinder } from './account-finder.ts';
import { type ExistingGrantParts, existingGrant } from './existing-grant.ts';
import { fhirResource } from './fhir-resource.ts';
import type { GrantLogins } from './grant-logins.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { type InteractionPolicyParts, loginPolicy } from './interaction-policy.ts';
import { lifetimes } from './lifetimes.ts';
import { mutualTls } from './mutual-tls.ts';
import { smartParameters } from '../smart/extra-parameters.ts';
import { pairwiseSubject } from './pairwise.ts';
import { INTERACTION_PREFIX, PROVIDER_ROUTES, USERINFO_PATH } from './paths.ts';

export interface ProviderParts extends ExistingGrantParts, InteractionPolicyParts {
  /** Issuer: the public origin of the server. */
  readonly origin: string;
  readonly signing: SigningSchedule;
  /** Keys of cookies, the first of which signs. */
  readonly cookieKeys: readonly Buffer[];
  readonly adapter: (model: string) => Adapter;
  readonly accounts: AccountStore;
  readonly grants: GrantLogins;
  readonly throttle: Throttle;
  readonly address: ClientAddress;
  readonly clock: Clock;
  readonly digest: (purpose: string) => KeyedDigest;
  readonly config: {
    readonly logins: LoginsConfig;
    readonly tokens: TokensConfig;
    /** True where clients may have secrets. */
    readonly clientSecrets: boolean;
  };
  /** True if scripts of an origin may call the server with credentials. */
  readonly allowsOrigin: (origin: string) => boolean;
  readonly renderError: NonNullable<Configuration['renderError']>;
  readonly logoutSource: (ctx: KoaContextWithOIDC, form: string) => void;
  readonly logoutDone: (ctx: KoaContextWithOIDC) => void;
}

/**
 * The OpenID Provider. Only the code flow with PKCE and the client credentials grant exist; there is no password grant
 * and no implicit flow. It holds nothing but keys: another one on the same database goes on where this one stops.
 */
export function openIdProvider(parts: ProviderParts): Provider {
  const { audience, config, signing } = parts;
  const secure = parts.origin.startsWith('https:');
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure } as const;
  const prefix = secure ? '__Host-' : '';
  const provider = new Provider(parts.origin, {
    acrValues: [...ACR_LADDER],
    adapter: parts.adapter,
    assertJwtClientAuthClaimsAndHeader: assertionRules(parts.throttle, parts.address, () =>
      parts.clock.now(),
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
    clientAuthMethods: [
      'none',
      'private_key_jwt',
      'tls_client_auth',
      'self_signed_tls_client_auth',
      ...(config.clientSecrets ? (['client_secret_basic', 'client_secret_post'] as const) : []),
    ],
    clientBasedCORS: (_ctx, origin, client) => {
      const allowed = client['allowed_origins'];
      return parts.allowsOrigin(origin) || (Array.isArray(allowed) && allowed.includes(origin));
    },
    clientDefaults: { id_token_signed_response_alg: signing.active.alg },
    cookies: {
      keys: cookieSigner(parts.cookieKeys),
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
    // A code is about to be issued: this is when the login begins to last.
    async expiresWithSession(ctx, code) {
      if (code.kind === 'AuthorizationCode') await parts.grants.keep(ctx, code);
      return !isDeviceBound(ctx);
    },
    extraClientMetadata: {
      properties: [
        'access_token_seconds',
        'allowed_origins',
        'fhir_profile',
        'fhir_scope',
        'first_party',
        'launch_url',
      ],
    },
    extraTokenClaims: accessTokenClaims(parts.grants),
    features: {
      claimsParameter: { enabled: true },
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: {
        enabled: true,
        nonceSecret: parts.digest('dpop-nonce')(),
        requireNonce: ({ oidc }) =>
          config.tokens.dpopNonce && oidc.client?.applicationType === 'native',
      },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      mTLS: mutualTls(config.tokens.clientCertificateHeader),
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, indicator, client) =>
          fhirResource(audience, indicator, client, ctx, signing.active),
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
    extraParams: smartParameters(parts.origin),
    fetch: guardedFetch(config.tokens.jwksHosts),
    findAccount: accountFinder(parts),
    formats: { customizers: { jwt: checkedToken } },
    interactions: {
      policy: loginPolicy(parts),
      url: (_ctx, interaction) => `${INTERACTION_PREFIX}/${interaction.uid}`,
    },
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    jwks: { keys: [...signing.published] },
    loadExistingGrant: existingGrant(parts),
    pairwiseIdentifier: pairwiseSubject(parts.digest('subject')),
    pkce: { required: () => true },
    renderError: parts.renderError,
    responseTypes: ['code'],
    rotateRefreshToken: true,
    routes: PROVIDER_ROUTES,
    scopes: ['openid', 'offline_access'],
    sectorIdentifierUriValidate: () => false,
    subjectTypes: ['pairwise'],
    ttl: lifetimes(parts.clock, config.logins),
  });
  provider.proxy = true;
  return provider;
}

/** An app that proves a key of its device goes on when the session of the browser, which only its sign-in needs, ends. */
function isDeviceBound({ oidc }: KoaContextWithOIDC): boolean {
  const { client, params } = oidc;
  if (client?.applicationType !== 'native') return false;
  return client['dpopBoundAccessTokens'] === true || params?.['dpop_jkt'] !== undefined;
}
