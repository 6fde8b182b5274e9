import type { JsonRoute } from '../http/exchange.ts';

/** Says which authorization server the FHIR API trusts. @see https://www.rfc-editor.org/rfc/rfc9728 */
export function protectedResource(origin: string): JsonRoute {
  const metadata = {
    resource: `${origin}/fhir`,
    authorization_servers: [origin],
    jwks_uri: `${origin}/oauth2/jwks`,
    bearer_methods_supported: ['header'],
  };
  return {
    method: 'GET',
    path: '/.well-known/oauth-protected-resource',
    handle: () => ({ body: metadata }),
  };
}
