import { errors } from 'oidc-provider';
import type { Client, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import type { SigningKey } from '../keys/key-file.ts';
import { ACCESS_TOKEN_TTL, MAX_ACCESS_TOKEN_TTL } from './lifetimes.ts';
import { isAboutResources } from '../../../src/plugin/sdk.ts';
import { isCovered } from './smart-scope.ts';

/** What apps may ask for; what a token may do beside that is decided by the AccessPolicy of its identity. */
const APP_SCOPES = [
  'launch',
  'launch/patient',
  'launch/encounter',
  'online_access',
  'patient/*.cruds',
  'user/*.cruds',
];

/**
 * The FHIR base as the only resource server: JWT access tokens in the profile of RFC 9068. A scope about resources is
 * granted as it was asked for, if it is covered. Apps are refused otherwise. A service account gets what both its request
 * and its configuration cover, and is refused if that is nothing: a token without any such scope would not be narrowed.
 * @param signing key that signs at this moment
 * @throws InvalidTarget for any other resource indicator; InvalidScope
 */
export function fhirResource(
  audience: string,
  indicator: string,
  client: Client,
  ctx: KoaContextWithOIDC,
  signing: Pick<SigningKey, 'alg' | 'kid'>,
): ResourceServer {
  if (indicator !== audience) throw new errors.InvalidTarget();
  const configured = client['fhir_scope'];
  const granted =
    typeof configured === 'string'
      ? serviceScopes(configured.split(' '), ctx)
      : appScopes(wantedScopes(ctx), ctx.oidc.entities.RefreshToken?.scope);
  return {
    audience,
    scope: granted.join(' '),
    accessTokenTTL: accessTokenSeconds(client, ctx),
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: signing.alg, kid: signing.kid } },
  };
}

/** Some clients renew their tokens so early that theirs have to live longer; service accounts have no such tokens. */
function accessTokenSeconds(client: Client, { oidc }: KoaContextWithOIDC): number {
  const wanted = client['access_token_seconds'];
  if (typeof wanted !== 'number' || oidc.params?.['grant_type'] === 'client_credentials') {
    return ACCESS_TOKEN_TTL;
  }
  return Math.min(Math.max(wanted, ACCESS_TOKEN_TTL), MAX_ACCESS_TOKEN_TTL);
}

/** A service account that asks for nothing gets what it is configured for (RFC 6749, section 3.3). */
function serviceScopes(configured: readonly string[], ctx: KoaContextWithOIDC): readonly string[] {
  const { params = {} } = ctx.oidc;
  const wanted = params['scope'] === undefined ? configured : wantedScopes(ctx);
  const granted = new Set([
    ...wanted.filter((scope) => isCovered(scope, configured)),
    ...configured.filter((scope) => isCovered(scope, wanted)),
  ]);
  if (granted.size === 0) throw new errors.InvalidScope('not granted', wanted.join(' '));
  // The provider hands out what was asked for by the letter, and asking for more than is configured is no crime.
  params['scope'] = [...granted].join(' ');
  return [...granted];
}

/** @param before scopes that a refresh starts from: giving all of them up that narrow would widen */
export function appScopes(wanted: readonly string[], before = ''): readonly string[] {
  if (before.split(' ').some(isAboutResources) && !wanted.some(isAboutResources)) {
    throw new errors.InvalidScope('not granted', wanted.join(' '));
  }
  const refused = wanted.find((scope) => isAboutResources(scope) && !isCovered(scope, APP_SCOPES));
  if (refused !== undefined) throw new errors.InvalidScope('not granted', refused);
  return [...APP_SCOPES, ...wanted.filter(isAboutResources)];
}

/** The scopes of the request, or of the code or refresh token that it brings. */
function wantedScopes({ oidc }: KoaContextWithOIDC): readonly string[] {
  const { AuthorizationCode, RefreshToken } = oidc.entities;
  const asked = oidc.params?.['scope'] ?? AuthorizationCode?.scope ?? RefreshToken?.scope;
  return typeof asked === 'string' ? asked.split(' ').filter((scope) => scope !== '') : [];
}
