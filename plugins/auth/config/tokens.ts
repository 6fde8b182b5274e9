import { z } from 'zod';

const host = z.string().regex(/^[a-z0-9.-]+(:\d{1,5})?$/);

/** How tokens are asked for and bound to their holders. */
export const tokensConfig = z
  .strictObject({
    /** Native apps that prove a key (DPoP) to the provider must answer a nonce of it. */
    dpopNonce: z.boolean().default(true),
    /** Seconds that a proof without a nonce may differ from the clock of the server. */
    dpopWindowSeconds: z.int().min(5).max(300).default(60),
    /**
     * Hosts, with their port if it is not 443, that keys of clients are fetched from (`jwks_uri`). Nothing else is asked,
     * and https only.
     */
    jwksHosts: z.array(host).max(100).default([]),
    /**
     * Header in which the proxy that ends TLS, and only it, hands on the certificate of the client (RFC 9440, such as
     * `client-cert`). Without one, the certificate is that of the connection.
     */
    clientCertificateHeader: z
      .string()
      .regex(/^[a-z0-9-]+$/)
      .optional(),
    /** Clients with a secret of the server's making, as Medplum's have them. Absent: in the sandbox only. */
    clientSecrets: z.boolean().optional(),
  })
  .prefault({});

export type TokensConfig = z.output<typeof tokensConfig>;
