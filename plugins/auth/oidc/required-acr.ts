import { errors } from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { acrRank } from './acr.ts';

/** Levels of assurance of which an authorization request asks for any. */
export interface RequiredAcr {
  /** Empty: any level will do. */
  readonly values: readonly string[];
}

/**
 * What an authorization request demands: the essential claim `acr`, or else `acr_values`. Of `acr_values` those that stand
 * on no ladder count for nothing, since they are a wish; an essential claim that nobody can meet is an error.
 * @throws UnmetAuthenticationRequirements, InvalidRequest
 * @see https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics
 */
export function requiredAcr({ oidc }: KoaContextWithOIDC): RequiredAcr {
  const { id_token: wanted } = oidc.claims as {
    readonly id_token?: { readonly acr?: AcrRequest | null };
  };
  const acr = wanted?.acr;
  if (acr?.essential === true) {
    const values = acr.values ?? (acr.value === undefined ? [] : [acr.value]);
    if (!Array.isArray(values) || !values.every((value) => typeof value === 'string')) {
      throw new errors.InvalidRequest('claims.id_token.acr names its values as strings');
    }
    if (values.length > 0 && !values.some((value) => acrRank(value) >= 0)) {
      throw new errors.UnmetAuthenticationRequirements('no sign-in has the acr that is asked for');
    }
    return { values };
  }
  const wished = oidc.params?.['acr_values'];
  if (typeof wished !== 'string') return { values: [] };
  return { values: wished.split(' ').filter((value) => acrRank(value) >= 0) };
}

interface AcrRequest {
  readonly essential?: unknown;
  readonly value?: unknown;
  readonly values?: readonly unknown[];
}
