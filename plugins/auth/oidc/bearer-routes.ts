import type { IncomingMessage, ServerResponse } from 'node:http';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { Authenticator, SecurityEvent, TokenClaims } from '../../../src/plugin/sdk.ts';
import type { LoginStore } from '../logins/login-store.ts';
import type { ClientAddress } from '../pages/client-address.ts';
import { tokenKey } from '../tokens/store-key.ts';
import type { Revocations } from '../tokens/revocations.ts';
import { presentedToken } from './presented-token.ts';
import { requestOrigin } from './request-origin.ts';

export interface BearerParts {
  readonly authenticator: Authenticator;
  readonly revocations: Revocations;
  readonly logins: LoginStore;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly address: ClientAddress;
  /** FHIR base, for the `fhirUser` claim. */
  readonly audience: string;
  /** Public origin, without a trailing slash. */
  readonly origin: string;
}

/**
 * UserInfo for JWT access tokens; the provider's own endpoint knows opaque ones only.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
 */
export async function userInfo(
  parts: BearerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const caller = await bearer(parts, request, response);
  if (caller === undefined) return;
  sendJson(response, 200, {
    sub: caller.claims.subject,
    profile: caller.claims.profile,
    fhirUser: `${parts.audience}/${caller.claims.profile}`,
  });
}

/** Signs out with the access token, as MedplumClient does: its login ends, and the browser session behind it. */
export async function bearerLogout(
  parts: BearerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const caller = await bearer(parts, request, response);
  if (caller === undefined) return;
  const { claims } = caller;
  await endToken(parts, claims);
  await parts.audit({
    type: '110114',
    subtype: '110123',
    outcome: 'success',
    agent: claims.profile,
    ...(claims.profile.startsWith('Patient/') ? { patient: claims.profile } : {}),
    clientId: claims.clientId,
    tokenId: claims.tokenId,
    description: 'Logout',
    ...requestOrigin(parts.address, request, response),
  });
  sendJson(response, 200, {});
}

/** Ends what an access token hangs on: its login, or the token itself where it has none. */
export async function endToken(
  { logins, revocations }: Pick<BearerParts, 'logins' | 'revocations'>,
  { loginId, tokenId }: Pick<TokenClaims, 'loginId' | 'tokenId'>,
): Promise<void> {
  const login = loginId === undefined ? undefined : await logins.byId(loginId);
  if (login === undefined) await revocations.add(tokenKey(tokenId));
  else await logins.revoke(login.accountId, login.id);
}

async function bearer(
  parts: BearerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<{ readonly claims: TokenClaims } | undefined> {
  const shown = presentedToken(request, parts.origin);
  try {
    const claims =
      shown === undefined
        ? undefined
        : await parts.authenticator.verify(shown.token, shown.presentation);
    if (claims !== undefined) return { claims };
  } catch (error) {
    if (!isFhirError(error) || error.status !== 401) throw error;
    for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
  }
  if (!response.hasHeader('WWW-Authenticate'))
    response.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"');
  sendJson(response, 401, { error: 'invalid_token' });
  return undefined;
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': String(Buffer.byteLength(text)),
  });
  response.end(text);
}
