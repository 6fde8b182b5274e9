import type { Configuration } from 'oidc-provider';

/** Signatures a client may authenticate with. @see BSI TR-02102-1, table 5.5 (EdDSA and PKCS#1 v1.5 are not in it) */
export const CLIENT_ALGORITHMS = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'] as const;

/** The algorithms of the BSI list for every use the provider knows, whether the use is enabled or not. */
export const ENABLED_ALGORITHMS: NonNullable<Configuration['enabledJWA']> = {
  clientAuthSigningAlgValues: [...CLIENT_ALGORITHMS],
  idTokenSigningAlgValues: ['ES256'],
  requestObjectSigningAlgValues: [...CLIENT_ALGORITHMS],
  userinfoSigningAlgValues: ['ES256'],
  introspectionSigningAlgValues: ['ES256'],
  authorizationSigningAlgValues: ['ES256'],
  dPoPSigningAlgValues: ['ES256'],
  attestSigningAlgValues: ['ES256'],
};
