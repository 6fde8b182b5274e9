import { z } from 'zod';

/** Public JWK of a client; what keys are accepted is decided by `keyWeakness`. */
const publicJwk = z
  .looseObject({ kty: z.enum(['EC', 'RSA']) })
  .refine((key) => !('d' in key), 'only the public half of a key belongs here');

const jwks = z.strictObject({ keys: z.array(publicJwk).min(1).max(5) });

/** Where the keys of a client are published; the host has to stand in `tokens.jwksHosts`. */
const jwksUri = z.url({ protocol: /^https$/ });

/** How an app proves itself and binds its tokens, beside PKCE. */
export const appProof = {
  /** Keys of an app that runs on a server and signs its requests for tokens (`private_key_jwt`). */
  jwks: jwks.optional(),
  jwksUri: jwksUri.optional(),
  /** True: no token without a proof of possession (DPoP). It is open to every app. */
  dpop: z.boolean().optional(),
  /** True: authorization requests are pushed (PAR). It is open to every app. */
  par: z.boolean().optional(),
} as const;

/** How a service account proves itself. */
export const serviceProof = {
  jwks: jwks.optional(),
  jwksUri: jwksUri.optional(),
  /**
   * By a signed assertion, or by the certificate of its connection: one of a trusted authority with the name in
   * `certificate`, or a self-signed one that stands in `jwks` as `x5c`. Tokens are bound to the certificate then.
   */
  proof: z
    .enum(['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'])
    .default('private_key_jwt'),
  /** One of the names in the certificate of a `tls_client_auth` account. */
  certificate: z
    .union([
      z.strictObject({ subjectDn: z.string().min(1).max(500) }),
      z.strictObject({ sanDns: z.string().min(1).max(255) }),
      z.strictObject({ sanUri: z.string().min(1).max(500) }),
    ])
    .optional(),
} as const;

/** True where a service account has what its proof needs, and nothing else. */
export function hasProof(account: {
  readonly proof: 'private_key_jwt' | 'tls_client_auth' | 'self_signed_tls_client_auth';
  readonly jwks?: unknown;
  readonly jwksUri?: unknown;
  readonly certificate?: unknown;
}): boolean {
  const keys = [account.jwks, account.jwksUri].filter((one) => one !== undefined).length;
  if (account.proof === 'tls_client_auth') return keys === 0 && account.certificate !== undefined;
  return keys === 1 && account.certificate === undefined;
}
