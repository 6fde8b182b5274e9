import { z } from 'zod';
import { smartScope } from '../../src/plugin/sdk.ts';
import { alarmsConfig } from './config/alarms.ts';
import { appProof, hasProof, serviceProof } from './config/client-proof.ts';
import { identityProvidersConfig } from './config/external.ts';
import { identitiesConfig } from './config/identities.ts';
import { loginsConfig } from './config/logins.ts';
import { pagesConfig } from './config/pages.ts';
import { securityConfig } from './config/security.ts';
import { inventoryConfig } from './config/service-accounts.ts';
import { tokensConfig } from './config/tokens.ts';

const clientId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{2,63}$/)
  .refine((id) => !id.startsWith('sandbox-'), 'the prefix sandbox- is reserved');

const profile = z
  .string()
  .regex(
    /^(Patient|Practitioner|RelatedPerson|Device|ClientApplication|Bot)\/[A-Za-z0-9.-]{1,64}$/,
  );

const app = z.strictObject({
  clientId,
  /** What people are told the app is called; without one it is the id. */
  name: z.string().min(1).max(100).optional(),
  /** `native`: an app with a loopback or custom-scheme redirect. `web`: a browser application. Both without a secret. */
  type: z.enum(['native', 'web']),
  redirectUris: z.array(z.url()).min(1).max(20),
  postLogoutRedirectUris: z.array(z.url()).max(20).default([]),
  /** Origins whose scripts may call the token endpoint. */
  allowedOrigins: z.array(z.url()).max(20).default([]),
  /** Where `$smart-launch` opens the app; absent: it is not launched from elsewhere. */
  launchUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** First-party apps get their grant without a consent page; for others the person is asked. */
  firstParty: z.boolean().default(true),
  ...appProof,
  owner: z.string().min(1).max(200),
  purpose: z.string().min(1).max(500),
});

const serviceAccount = z
  .strictObject({
    clientId,
    ...serviceProof,
    profile,
    /** Scopes about resources, of SMART version 1 or 2; without one a token would not be narrowed. */
    scope: z
      .string()
      .max(1000)
      .refine((scope) => scope.split(' ').every((one) => smartScope(one) !== undefined), {
        error: 'scopes such as system/Observation.rs are expected, one space between them',
      }),
    owner: z.string().min(1).max(200),
    purpose: z.string().min(1).max(500),
    /** Days after which the key is due for replacement. */
    rotationDays: z.int().min(1).max(1095).default(365),
    /** Day on which the owner last confirmed that the account is needed as it is; until then its first day counts. */
    reviewedOn: z.iso.date().optional(),
  })
  .refine(hasProof, 'the proof of the account wants exactly one of jwks, jwksUri and certificate');

/** The section `plugins.auth` of the configuration. */
export const authConfig = z.strictObject({
  /** JSON file with all keys of the plugin; required in production, made at first start in the sandbox. */
  keysFile: z.string().min(1).optional(),
  apps: z.array(app).max(100).default([]),
  serviceAccounts: z.array(serviceAccount).max(1000).default([]),
  /** Redirect URI of the DiGA app beside the loopback one, such as `de.example.app:/callback`. */
  appRedirectUri: z.url().optional(),
  /** Header in which the reverse proxy, and only it, hands on the address of the client, such as `x-real-ip`. */
  clientAddressHeader: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .optional(),
  password: z
    .strictObject({
      minLength: z.int().min(12).max(64).default(12),
      /** KiB of memory of Argon2id; not below 19 MiB. */
      argon2MemoryKib: z
        .int()
        .min(19 * 1024)
        .max(1024 * 1024)
        .default(19 * 1024),
      argon2Passes: z.int().min(2).max(20).default(2),
      argon2Parallelism: z.int().min(1).max(16).default(1),
      /** Hashes computed at the same time; the rest waits. */
      concurrency: z.int().min(1).max(32).default(2),
      /** Share of the processors that hashing may take for long: what a storm of sign-ins leaves to other requests. */
      cpuShare: z.number().min(0.02).max(1).default(0.15),
    })
    .prefault({}),
  /** SHA-1 is outside the BSI list and only for authenticator apps that know nothing else. */
  totpAlgorithm: z.enum(['SHA256', 'SHA1']).default('SHA256'),
  /** Requests to sign-in pages and OAuth endpoints that one address may make in a minute, per node. */
  requestsPerMinute: z.int().min(10).max(1_000_000).default(600),
  identities: identitiesConfig,
  identityProviders: identityProvidersConfig,
  inventory: inventoryConfig,
  logins: loginsConfig,
  pages: pagesConfig,
  security: securityConfig,
  alarms: alarmsConfig,
  tokens: tokensConfig,
  login: z
    .strictObject({
      /** Milliseconds that every answer to a login takes at least. */
      responseFloorMs: z.int().min(0).max(5000).default(400),
      registrationsPerHour: z.int().min(1).max(10_000).default(5),
    })
    .prefault({}),
});

/** Validated configuration of the plugin. */
export type AuthConfig = z.output<typeof authConfig>;
export type AppConfig = AuthConfig['apps'][number];
export type ServiceAccountConfig = AuthConfig['serviceAccounts'][number];
