import { errors } from 'oidc-provider';
import type { Configuration } from 'oidc-provider';

/** Longest value of `launch`, in characters. */
const MAX_LAUNCH = 200;

/**
 * Parameters that SMART adds to an authorization request. `aud` must be a FHIR base of this server: an app that was told to
 * talk to another one must not get a token of this one.
 * @param origin public origin, without a trailing slash
 * @see https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#request-4
 */
export function smartParameters(origin: string): NonNullable<Configuration['extraParams']> {
  const bases = [`${origin}/fhir`, `${origin}/fhir/R4`];
  return {
    aud(ctx, value) {
      // The parameters of a pushed request were checked when it was pushed; it is kept as a JWT, whose aud is the issuer.
      if (ctx.oidc.entities.PushedAuthorizationRequest !== undefined) return;
      if (value !== undefined && !bases.includes(value.replace(/\/$/, ''))) {
        throw new errors.InvalidRequest('aud is not the FHIR base of this server');
      }
    },
    launch(_ctx, value) {
      if (value !== undefined && value.length > MAX_LAUNCH) {
        throw new errors.InvalidRequest('launch is too long');
      }
    },
  };
}
