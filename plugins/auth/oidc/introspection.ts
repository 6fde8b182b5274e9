import { launchContext, tokenResponseContext } from '../smart/launch-context.ts';
import type { AccessTokenClaims } from '../tokens/access-token-schema.ts';

/**
 * What is told of an access token that is in use.
 * @param context launch context of the login
 * @see https://hl7.org/fhir/smart-app-launch/STU2.2/token-introspection.html
 */
export function introspection(
  said: AccessTokenClaims,
  audience: string,
  context: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { cnf, profile } = said;
  const bound = cnf !== undefined && 'jkt' in cnf;
  return {
    active: true,
    scope: said.scope,
    client_id: said.client_id,
    token_type: bound ? 'DPoP' : 'Bearer',
    exp: said.exp,
    iat: said.iat,
    iss: said.iss,
    aud: said.aud,
    sub: said.sub,
    jti: said.jti,
    ...(said.acr === undefined ? {} : { acr: said.acr }),
    ...(said.amr === undefined ? {} : { amr: said.amr }),
    ...(said.auth_time === undefined ? {} : { auth_time: said.auth_time }),
    ...(cnf === undefined ? {} : { cnf }),
    fhirUser: `${audience}/${profile}`,
    ...tokenResponseContext(launchContext.parse(context)),
  };
}
