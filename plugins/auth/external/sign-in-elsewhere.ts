import { jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import type { Clock } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import type { AttemptStore, ExternalAttempt } from './attempt-store.ts';
import type { IdpClient } from './idp-client.ts';
import { answerFault } from './answer-fault.ts';

/** What a provider has vouched for, in our terms. */
export interface ExternalSignIn {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  readonly acr: string;
  readonly amr: readonly string[];
  /** Seconds since 1970. */
  readonly authTime: number;
  /** Value of the claim that names a member of staff. */
  readonly staffNumber?: string;
}

/** Signing in at another provider: code flow with PKCE, state, nonce, and its own redirect URI for each provider. */
export interface SignInElsewhere {
  /**
   * URL to send the browser to.
   * @param fresh true: a session at the provider must not answer for the person
   * @throws FhirError `AUTH_IDP_UNAVAILABLE`
   */
  begin(idp: IdpClient, interaction: string, fresh: boolean): Promise<URL>;
  /**
   * Redeems the answer. The attempt is used up, whatever comes of it.
   * @param interaction that of the browser which brings the answer
   * @throws FhirError `AUTH_SESSION_GONE`, `AUTH_IDP_UNAVAILABLE`, `AUTH_IDP_REFUSED`
   */
  finish(idp: IdpClient, interaction: string, answer: URLSearchParams): Promise<ExternalSignIn>;
}

/** @see https://www.rfc-editor.org/rfc/rfc9700#section-4.4 */
export function signInElsewhere(
  attempts: AttemptStore,
  clock: Clock,
  redirectUri: (idp: IdpClient) => string,
): SignInElsewhere {
  return {
    async begin(idp, interaction, fresh) {
      const { oidc: connection } = await idp.connection();
      const nonce = oidc.randomNonce();
      const verifier = oidc.randomPKCECodeVerifier();
      const state = await attempts.keep({
        kind: 'away',
        provider: idp.config.id,
        interaction,
        nonce,
        verifier,
        fresh,
        startedAt: Math.floor(clock.now() / 1000),
      });
      return oidc.buildAuthorizationUrl(connection, {
        redirect_uri: redirectUri(idp),
        scope: ['openid', ...idp.config.scopes].join(' '),
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        acr_values: Object.keys(idp.config.acr).join(' '),
        ...(fresh ? { prompt: 'login', max_age: '0' } : {}),
      });
    },
    async finish(idp, interaction, answer) {
      const state = answer.get('state') ?? '';
      const attempt = await attempts.take(state);
      // Another provider's state, or another browser's: the answer is not to what this browser has asked.
      if (attempt?.provider !== idp.config.id || attempt.interaction !== interaction)
        throw authError('AUTH_SESSION_GONE');
      const connection = await idp.connection();
      const url = new URL(redirectUri(idp));
      url.search = answer.toString();
      try {
        const tokens = await oidc.authorizationCodeGrant(connection.oidc, url, {
          expectedState: state,
          expectedNonce: attempt.nonce,
          pkceCodeVerifier: attempt.verifier,
          idTokenExpected: true,
        });
        // The library trusts the connection to the token endpoint; we want the signature as well.
        const { payload } = await jwtVerify(tokens.id_token ?? '', connection.keys, {
          algorithms: [...connection.algorithms],
          issuer: connection.oidc.serverMetadata().issuer,
          audience: idp.config.clientId,
          clockTolerance: idp.config.clockToleranceSeconds,
          requiredClaims: ['sub', 'exp', 'iat'],
        });
        return read(idp, payload, attempt);
      } catch (error) {
        throw answerFault(idp.config.id, error);
      }
    },
  };
}

function read(
  idp: IdpClient,
  claims: Readonly<Record<string, unknown>>,
  attempt: ExternalAttempt,
): ExternalSignIn {
  const { config } = idp;
  const { sub, iss, acr, amr, auth_time: since, iat } = claims;
  const ours = typeof acr === 'string' ? config.acr[acr] : undefined;
  if (ours === undefined)
    throw authError(
      'AUTH_IDP_REFUSED',
      { id: config.id },
      { detail: 'its acr value is not mapped' },
    );
  if (typeof sub !== 'string' || sub === '' || sub.length > 255)
    throw authError('AUTH_IDP_REFUSED', { id: config.id }, { detail: 'its subject is unusable' });
  const authTime = typeof since === 'number' ? since : Number(iat);
  if (attempt.fresh && !(Number(since) >= attempt.startedAt - config.clockToleranceSeconds))
    throw authError(
      'AUTH_IDP_REFUSED',
      { id: config.id },
      { detail: 'the login there is not new' },
    );
  const number = config.staffClaim === undefined ? undefined : claims[config.staffClaim.claim];
  return {
    provider: config.id,
    issuer: String(iss),
    subject: sub,
    acr: ours,
    amr: mapped(amr, config.amr),
    authTime,
    ...(typeof number === 'string' && number !== '' && number.length <= 100
      ? { staffNumber: number }
      : {}),
  };
}

function mapped(amr: unknown, map: Readonly<Record<string, string>>): readonly string[] {
  const given = Array.isArray(amr) ? amr.filter((one) => typeof one === 'string') : [];
  return [...new Set(given.flatMap((one) => map[one] ?? []))];
}
