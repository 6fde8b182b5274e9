import { z } from 'zod';

/** The section `plugins.medplum` of the configuration. */
export const medplumConfig = z.strictObject({
  /** Client that requests without a client id stand for: the console. */
  clientId: z
    .string()
    .regex(/^[a-z][a-z0-9-]{2,63}$/)
    .default('medplum'),
  /** Redirect URIs of that client beside the console of this server. */
  redirectUris: z.array(z.url()).max(20).default([]),
  /** Origins of pages that may use that client: those of a stock console or of the manufacturer's own. */
  allowedOrigins: z.array(z.url()).max(20).default([]),
  /** First-party clients of `plugins.auth.apps` that may take handle and password themselves. */
  signInClients: z.array(z.string().min(1)).max(20).default([]),
  /**
   * Lifetime of the access tokens of people who use MedplumClient, in seconds. It renews a token five minutes before the
   * end: one that lives no longer than that would be renewed for ever.
   */
  accessTokenSeconds: z.int().min(330).max(900).default(420),
  /** Name of the project, as the console shows it. */
  projectName: z.string().min(1).max(100).default('DiGA'),
});

/** Settings of the plugin. */
export type MedplumConfig = z.output<typeof medplumConfig>;
