import { z } from 'zod';

/** Levels of our ladder that an identity provider may vouch for. */
const acr = z.enum(['urn:diga:acr:2fa', 'urn:diga:acr:2fa-phr']);

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

function isSecureUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url?.username !== '' || url.search !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

/** An OpenID Provider whose sign-ins count here. */
const identityProvider = z
  .strictObject({
    /** Part of the redirect URI `/auth/external/callback/<id>`; do not change it while links exist. */
    id: z.string().regex(/^[a-z][a-z0-9-]{1,31}$/),
    /** What the button says. */
    label: z.union([
      z.string().min(1).max(60),
      z.strictObject({ de: z.string().min(1).max(60), en: z.string().min(1).max(60) }),
    ]),
    /** Issuer as discovery gives it; https, or http on this machine in the sandbox. */
    issuer: z.string().max(500).refine(isSecureUrl, 'an https URL without query is expected'),
    clientId: z.string().min(1).max(200),
    /** File with the private key (JWK) for `private_key_jwt`. */
    clientKeyFile: z.string().min(1).optional(),
    /** File with the client secret, for providers that know no `private_key_jwt`. */
    clientSecretFile: z.string().min(1).optional(),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/))
      .max(20)
      .default([]),
    /** What each `acr` value of the provider is worth here; a sign-in with any other value is refused. */
    acr: z.record(z.string().min(1).max(200), acr).refine((map) => Object.keys(map).length > 0, {
      error: 'at least one acr value must be mapped, since no sign-in counts without',
    }),
    /** Our `amr` values for those of the provider; others are dropped. @see https://www.rfc-editor.org/rfc/rfc8176 */
    amr: z.record(z.string().min(1).max(100), z.string().regex(/^[a-z0-9]{1,20}$/)).default({}),
    /** Claim that names a Practitioner who is known here already. Staff is never created. */
    staffClaim: z
      .strictObject({
        claim: z.string().min(1).max(100),
        /** `Practitioner.identifier.system` that the value of the claim is looked up in. */
        system: z.url().max(500),
      })
      .optional(),
    /** Patients may make an account with this provider alone. */
    newPatients: z.boolean().default(false),
    clockToleranceSeconds: z.int().min(0).max(120).default(30),
    /** Milliseconds that one request to the provider may take. */
    timeoutMs: z.int().min(500).max(30_000).default(5000),
  })
  .refine((one) => (one.clientKeyFile === undefined) !== (one.clientSecretFile === undefined), {
    error: 'either clientKeyFile or clientSecretFile is expected',
  });

/** Identity providers beside our own accounts. */
export const identityProvidersConfig = z
  .array(identityProvider)
  .max(20)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'each id once')
  .default([]);

/** One configured identity provider. */
export type IdentityProviderConfig = z.output<typeof identityProvider>;
