import type { EventEmitter } from 'node:events';
import Provider from 'oidc-provider';
import type { JWTVerifyGetKey } from 'jose';
import { createLocalJWKSet } from 'jose';
import type { RouteHandler } from '../../../src/plugin/sdk.ts';
import { assertionWatch } from '../clients/refused-assertions.ts';
import type { SigningKey } from '../keys/key-file.ts';
import { watchKeys } from '../keys/watch-keys.ts';
import { type ConsentStore, consentStore } from '../logins/consent-store.ts';
import { loginActivity } from '../logins/login-activity.ts';
import { loginLimits } from '../logins/login-limits.ts';
import { standingPermission } from '../logins/standing-permission.ts';
import { clientAdapter } from '../oidc/client-adapter.ts';
import { acceptCodesWithoutRedirect } from '../oidc/codes-without-redirect.ts';
import { currentProvider } from '../oidc/current-provider.ts';
import { grantLogins } from '../oidc/grant-logins.ts';
import { type IssueCode, issueCode } from '../oidc/issue-code.ts';
import { jwtTokenEndpoints } from '../oidc/jwt-token-endpoints.ts';
import { payloadAdapter } from '../oidc/payload-adapter.ts';
import { openIdProvider } from '../oidc/provider.ts';
import { sessionEvents } from '../oidc/session-events.ts';
import { smartConfiguration } from '../oidc/smart-configuration.ts';
import { tokenEndpoint } from '../oidc/token-endpoint.ts';
import { tokenTransaction } from '../oidc/token-transaction.ts';
import type { ProviderPages } from '../pages/provider-pages.ts';
import { recurring } from '../recurring.ts';
import type { ClientSource } from '../service/client-source.ts';
import type { Launching } from '../smart/launching.ts';
import { authenticator, type TokenVerifier } from '../tokens/authenticator.ts';
import { dpopNonces } from '../tokens/dpop-nonce.ts';
import { proofVerifier } from '../tokens/dpop-proof.ts';
import { possession } from '../tokens/possession.ts';
import { proofReplays } from '../tokens/proof-replays.ts';
import type { AuthCore } from './core.ts';

const ACTIVITY_MS = 60_000;
const KEYS_MS = 5_000;

/** The OpenID Provider and what verifies its tokens. */
export interface OidcPart {
  /** The provider in use: another one takes its place when keys change. */
  readonly provider: Provider;
  readonly handle: RouteHandler;
  readonly tokens: TokenVerifier;
  readonly consents: ConsentStore;
  readonly issueCode: IssueCode;
  readonly work: readonly ReturnType<typeof recurring>[];
}

/** Composes provider, tokens and logins. */
export function composeOidc(
  core: AuthCore,
  clients: ClientSource,
  launching: Launching,
  pages: ProviderPages,
): OidcPart {
  const { accounts, address, audience, audit, box, chosen, database, digest, host, logins } = core;
  const { clock, config, log, mode, origin } = host;
  const limits = loginLimits(config.logins);
  const consents = consentStore(database, clock);
  const { identities } = core;
  const grants = grantLogins({ logins, limits, chosen, identities, launching, address, clock });
  const activity = loginActivity(logins, clock);
  const adapterParts = { database, box, clock, revocations: core.revoked, logins };
  const nonces = dpopNonces(digest('dpop-nonce')(), clock);
  const header = config.tokens.clientCertificateHeader;
  const proof = proofVerifier({
    nonces,
    replays: proofReplays(database, clock),
    clock,
    window: config.tokens.dpopWindowSeconds,
  });
  let publicKeys = verificationKeys(core.ring.signing().published);
  const verifier = authenticator({
    issuer: origin,
    audience,
    keys: (...args) => publicKeys(...args),
    clock,
    mode,
    verified: core.verified,
    revocations: core.revoked,
    possession: possession({
      proof,
      nonces,
      ...(header === undefined ? {} : { certificateHeader: header }),
    }),
    login: (id) => logins.byId(id),
    used: (id) => activity.used(id),
  });
  const permits = standingPermission({ clients, consents, links: core.links });
  const tokens: TokenVerifier = { ...verifier, permits };
  const open = (): Provider => {
    const provider = openIdProvider({
      origin,
      audience,
      signing: core.ring.signing(),
      cookieKeys: core.keys.cookie,
      adapter: (model) =>
        model === 'Client' ? clientAdapter(clients) : payloadAdapter(model, adapterParts),
      accounts,
      grants,
      logins,
      limits,
      consents,
      chosen,
      launching,
      throttle: core.limits,
      address,
      clock,
      digest,
      config: {
        logins: config.logins,
        tokens: config.tokens,
        clientSecrets: config.tokens.clientSecrets ?? mode === 'sandbox',
      },
      allowsOrigin: (scripts) => host.allowsOrigin?.(scripts) ?? false,
      ...pages,
    });
    provider.on('server_error', (_ctx, error) => log.error({ err: error }, 'auth.provider.failed'));
    // Koa prints what nobody listens for; its event is missing in the types of the provider.
    const koa: EventEmitter = provider;
    koa.on('error', (error) => log.error({ err: error }, 'auth.provider.failed'));
    acceptCodesWithoutRedirect(provider, Provider);
    tokenTransaction(provider, { database, log });
    tokenEndpoint(provider, {
      audit,
      assertions: assertionWatch(
        core.clients,
        core.limits,
        digest('client-address'),
        audit,
        config.inventory.invalidAssertionsPerHour,
      ),
      throttle: core.limits,
      address,
      log,
      grants,
      styleUrl: `${audience}/.well-known/smart-styles.json`,
    });
    sessionEvents(provider, { audit, accounts, logins, address, log });
    jwtTokenEndpoints(provider, {
      tokens,
      logins,
      revocations: core.revoked,
      audit,
      address,
      log,
      audience,
    });
    return provider;
  };
  let provider = open();
  let handle = provider.callback();
  const changed = (): void => {
    // A key that was taken away because it got known must not verify for another moment.
    publicKeys = verificationKeys(core.ring.signing().published);
    core.verified.clear();
    provider = open();
    handle = provider.callback();
  };
  return {
    provider: currentProvider(() => provider),
    handle: (request, response) => handle(request, response),
    tokens: { ...tokens, smartConfiguration: smartConfiguration(origin) },
    consents,
    issueCode: issueCode({ provider: () => provider, logins, limits, clock, audience }),
    work: [
      recurring('logins', ACTIVITY_MS, log, () => activity.flush()),
      recurring('keys', KEYS_MS, log, watchKeys({ ring: core.ring, audit, changed })),
    ],
  };
}

function verificationKeys(keys: readonly SigningKey[]): JWTVerifyGetKey {
  const { kty, use } = { kty: 'EC', use: 'sig' };
  return createLocalJWKSet({
    keys: keys.map(({ alg, crv, kid, x, y }) => ({ alg, crv, kid, kty, use, x, y })),
  });
}
