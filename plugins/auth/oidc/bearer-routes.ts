import type { IncomingMessage, ServerResponse } from 'node:http';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type {
  Authenticator,
  SecurityEvent,
  SqlClient,
  TokenClaims,
} from '../../../src/plugin/sdk.ts';
import { tokenKey } from '../tokens/store-key.ts';
import type { Revocations } from '../tokens/revocations.ts';
import type { VerifiedTokens } from '../tokens/verified-tokens.ts';
import type { ClientAddress } from '../pages/client-address.ts';
import { requestOrigin } from './request-origin.ts';
import { revokeGrant } from './revoke-grant.ts';

export interface BearerParts {
  readonly authenticator: Authenticator;
  readonly verified: VerifiedTokens;
  readonly revocations: Revocations;
  readonly database: SqlClient;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly address: ClientAddress;
  /** FHIR base, for the `fhirUser` claim. */
  readonly audience: string;
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

/** Signs out with the access token, as MedplumClient does: its grant ends, and the browser session behind it. */
export async function bearerLogout(
  parts: BearerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const caller = await bearer(parts, request, response);
  if (caller === undefined) return;
  const { claims, token } = caller;
  const hangsOn = parts.verified.get(token);
  if (hangsOn?.grantKey === undefined) await parts.revocations.add(tokenKey(claims.tokenId));
  else await revokeGrant(parts, hangsOn.grantKey, hangsOn.sessionKey);
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

async function bearer(
  parts: BearerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<{ readonly claims: TokenClaims; readonly token: string } | undefined> {
  const token = /^Bearer ([\w.~+/=-]{1,4096})$/i.exec(request.headers.authorization ?? '')?.[1];
  try {
    const claims = token === undefined ? undefined : await parts.authenticator.verify(token);
    if (claims !== undefined && token !== undefined) return { claims, token };
  } catch (error) {
    if (!isFhirError(error) || error.status !== 401) throw error;
  }
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
