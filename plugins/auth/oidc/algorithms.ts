import type { Configuration } from 'oidc-provider';
import { listedAlgorithms } from '../../../src/plugin/sdk.ts';
import { TOKEN_ALGORITHMS } from '../keys/key-file.ts';
import { PROOF_ALGORITHMS } from '../tokens/proof-algorithms.ts';

/** Signatures a client may authenticate with. @see BSI TR-02102-1, table 5.5 (EdDSA and PKCS#1 v1.5 are not in it) */
export const CLIENT_ALGORITHMS = listedAlgorithms('jws');

/** The algorithms of the BSI list for every use the provider knows, whether the use is enabled or not. */
export const ENABLED_ALGORITHMS: NonNullable<Configuration['enabledJWA']> = {
  clientAuthSigningAlgValues: [...CLIENT_ALGORITHMS],
  idTokenSigningAlgValues: [...TOKEN_ALGORITHMS],
  requestObjectSigningAlgValues: [...CLIENT_ALGORITHMS],
  userinfoSigningAlgValues: [...TOKEN_ALGORITHMS],
  introspectionSigningAlgValues: [...TOKEN_ALGORITHMS],
  authorizationSigningAlgValues: [...TOKEN_ALGORITHMS],
  dPoPSigningAlgValues: [...PROOF_ALGORITHMS],
  attestSigningAlgValues: ['ES256'],
};
