import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { JWK } from 'jose';
import Provider, { interactionPolicy } from 'oidc-provider';
import { memoryAdapter } from './memory-adapter.ts';
import { LEVELS, type IdpUser } from './users.ts';

/** Path of the realm; the issuer ends with it. */
export const REALM = '/realms/clinic';

/** What one provider of the sandbox is made from. */
export interface ProviderOptions {
  readonly origin: string;
  readonly users: readonly IdpUser[];
  readonly key: JWK;
  /** Public half of the key that the server under test signs with. */
  readonly clientKey: JWK;
  readonly clientId: string;
  readonly redirectUris: readonly string[];
}

/** An OpenID Provider with the paths and the acr vocabulary of a Keycloak. It keeps everything in memory. */
export function sandboxProvider(options: ProviderOptions): Provider {
  const { clientId, clientKey, key, origin, redirectUris, users } = options;
  const { d: _private, ...publicKey } = clientKey;
  const path = (name: string): string => `${REALM}/protocol/openid-connect/${name}`;
  const provider = new Provider(`${origin}${REALM}`, {
    adapter: memoryAdapter({
      client_id: clientId,
      application_type: 'native',
      redirect_uris: [...redirectUris],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      id_token_signed_response_alg: 'ES256',
      jwks: { keys: [publicKey] },
    }),
    acrValues: Object.keys(LEVELS),
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], profile: ['staff_number'] },
    clientAuthMethods: ['private_key_jwt'],
    conformIdTokenClaims: false,
    cookies: { keys: ['sandbox'] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'], clientAuthSigningAlgValues: ['ES256'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_ctx, sub) => {
      const user = users.find((one) => one.sub === sub);
      if (user === undefined) return undefined;
      return { accountId: sub, claims: () => ({ sub, staff_number: user.staffNumber }) };
    },
    interactions: { policy: withoutConsent(), url: (_ctx, { uid }) => `/sandbox/login/${uid}` },
    jwks: { keys: [key] },
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({
        ...(client === undefined ? {} : { clientId: client.clientId }),
        ...(session?.accountId === undefined ? {} : { accountId: session.accountId }),
      });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    renderError: (ctx, out) => {
      ctx.type = 'json';
      ctx.body = JSON.stringify(out);
    },
    ttl: { AccessToken: 60, Grant: 600, IdToken: 300, Interaction: 600, Session: 3600 },
    routes: {
      authorization: path('auth'),
      token: path('token'),
      jwks: path('certs'),
      userinfo: path('userinfo'),
      end_session: path('logout'),
    },
    scopes: ['openid', 'profile'],
  });
  provider.proxy = true;
  return provider;
}

/** Nobody is asked for consent: clinic and server have agreed. */
function withoutConsent(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.remove('consent');
  return policy;
}

/** A new signing key. */
export async function newSigningKey(): Promise<JWK> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = privateKey.export({ format: 'jwk' }) as JWK;
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' };
}
